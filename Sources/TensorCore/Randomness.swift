internal import CKernels

/// What a random number is for; streams never share a number.
public enum RandomStream: UInt32, Sendable {
  case initialisation = 0
  case order = 1
  /// Dropout masks; 3 belongs to it too (the tails of its uniforms).
  case mask = 2
  /// The masks of Monte-Carlo evaluations; 5 belongs to it too.
  case monteCarlo = 4
}

/// The stable name of a parameter or a dropout site, as 32 bits.
///
/// Bits 28–31 say which of the cases it is, 16–27 the block or dense layer, 4–15 the layer in the
/// block, 0–3 the role. Names of different things differ by construction, and adding a layer or a
/// site changes no other name.
public struct RandomName: Sendable, Hashable {
  package let rawValue: UInt32

  private init(kind: UInt32, outer: Int, inner: Int = 0, role: Int = 0) {
    precondition((0..<4096).contains(outer) && (0..<4096).contains(inner))
    rawValue = kind << 28 | UInt32(outer) << 16 | UInt32(inner) << 4 | UInt32(role)
  }

  /// The kernel of convolution `convolution` of block `block`, both counted from 1.
  public static func kernel(block: Int, convolution: Int) -> RandomName {
    RandomName(kind: 1, outer: block, inner: convolution)
  }

  /// The kernel of hidden dense layer `layer`, counted from 1.
  public static func kernel(dense layer: Int) -> RandomName {
    RandomName(kind: 2, outer: layer)
  }

  /// The kernel of the layer that makes the logits.
  public static let logitsKernel = RandomName(kind: 2, outer: 0)

  /// Dropout around the pool of block `block`: the sites before and after it share their uniforms.
  ///
  /// - Parameters:
  ///   - block: counted from 1.
  ///   - second: where both sites are in use, the one before the pool.
  public static func pool(block: Int, second: Bool = false) -> RandomName {
    RandomName(kind: 3, outer: block, role: second ? 1 : 0)
  }

  /// Dropout behind hidden dense layer `layer`, counted from 1.
  public static func dense(_ layer: Int) -> RandomName { RandomName(kind: 4, outer: layer) }

  /// A point in front of or in the layer that convolution `convolution` of block `block` starts.
  public enum ConvolutionPoint: Int, Sendable, CaseIterable {
    case input, beforeNorm, beforeActivation, afterActivation
  }

  /// Dropout at a point of convolution `convolution` of block `block`, both counted from 1.
  public static func convolution(
    block: Int, convolution: Int, _ point: ConvolutionPoint
  ) -> RandomName {
    RandomName(kind: 6, outer: block, inner: convolution, role: point.rawValue)
  }

  /// Dropout in front of hidden dense layer `layer`, counted from 1; 0 is the layer of the logits.
  public static func denseInput(_ layer: Int) -> RandomName { RandomName(kind: 7, outer: layer) }

  /// Dropout of the network's input.
  public static let input = RandomName(kind: 8, outer: 0)

  /// The choices of the stochastic pool of block `block`, counted from 1.
  public static func stochasticPool(block: Int) -> RandomName { RandomName(kind: 9, outer: block) }

  /// The order of the training images.
  public static let order = RandomName(kind: 5, outer: 0)
}

/// A random number's key: the number is a pure function of it and of the element's index.
///
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11). The seed is
/// the 64-bit key; the 128-bit counter holds the element's index (34 bits), the step, the name, the
/// part (28 bits) and the stream (4 bits), so that no two different keys or indices share a counter.
package struct RandomKey: Sendable, Hashable {
  package var seed: UInt64
  package var stream: RandomStream
  package var name: RandomName
  package var step: UInt32
  /// Tells arrays of numbers apart that are drawn under the same name in the same step.
  package var part: UInt32

  package init(
    seed: UInt64, stream: RandomStream, name: RandomName, step: UInt32 = 0, part: UInt32 = 0
  ) {
    precondition(part < 1 << 28, "a part lies below 2^28, not at \(part)")
    self.seed = seed
    self.part = part
    self.stream = stream
    self.name = name
    self.step = step
  }

  internal var raw: dg_random_key {
    dg_random_key(seed: seed, step: step, name: name.rawValue, stream: stream.rawValue, part: part)
  }

  /// The 32-bit word of element `index`.
  package func word(_ index: UInt64) -> UInt32 { dg_random_word(raw, index) }
}

/// The order in which an epoch visits `count` images: a permutation keyed by seed and epoch.
///
/// Fisher–Yates (Durstenfeld 1964); each index is the upper half of a 64-bit product.
public func shuffledOrder(count: Int, seed: UInt64, epoch: Int) -> [Int32] {
  let key = RandomKey(
    seed: seed, stream: .order, name: .order, step: UInt32(truncatingIfNeeded: epoch))
  var order = (0..<Int32(count)).map { $0 }
  for last in stride(from: count - 1, to: 0, by: -1) {
    let index = UInt64(last)
    let random = UInt64(key.word(2 * index)) << 32 | UInt64(key.word(2 * index + 1))
    order.swapAt(last, Int(random.multipliedFullWidth(by: index + 1).high))
  }
  return order
}

/// The threshold below which a 32-bit uniform means "dropped"; the nearest one to the rate.
package func dropThreshold(rate: Double) -> UInt32 {
  UInt32(min((rate * 0x1p32).rounded(), Double(UInt32.max)))
}
