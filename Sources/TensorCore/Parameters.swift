internal import CKernels

/// What an array of a trainable layer is.
public enum ParameterRole: String, Sendable, Hashable {
  case kernel, bias, gamma, beta
  /// Running statistics of batch normalisation: no update of the optimiser reaches them.
  case movingMean = "moving_mean"
  case movingVariance = "moving_variance"

  var isStatistic: Bool { self == .movingMean || self == .movingVariance }
}

/// An array of a trainable layer, and how many numbers it takes in the layer's layout.
struct ParameterShape {
  var role: ParameterRole
  var count: Int
}

/// Where one trainable layer's arrays lie in the arenas, in numbers.
struct ParameterSlot {
  var label: String
  /// Statistics lie in an arena of their own.
  var arrays: [(role: ParameterRole, range: Range<Int>)]

  /// Where the array of `role`, which the layer must have, starts.
  func start(of role: ParameterRole) -> Int {
    guard let array = arrays.first(where: { $0.role == role }) else {
      preconditionFailure("\(label) has no \(role.rawValue)")
    }
    return array.range.lowerBound
  }
}

/// Weights, their gradients and the optimiser's memory: one arena each, so that an update is one
/// pass; and running statistics.
///
/// Kernels lie in the layouts of their stages; each array starts on a 64-byte boundary, and
/// what lies between them is zero and stays so.
final class Parameters {
  let slots: [ParameterSlot]
  let count: Int
  let statisticsCount: Int
  private let weightsBuffer: AlignedBuffer
  private let gradientsBuffer: AlignedBuffer
  private let velocitiesBuffer: AlignedBuffer
  /// Allocated when an optimiser first asks for it.
  private var secondMomentsBuffer: AlignedBuffer?
  private let statisticsBuffer: AlignedBuffer

  /// Backward passes add to the gradients of those before.
  var addsGradients = false

  /// Changes with every update.
  private(set) var version: UInt64 = 0

  init(_ layers: [(label: String, shapes: [ParameterShape])]) throws(TensorError) {
    var end = 0, statisticsEnd = 0
    func take(_ count: Int, _ end: inout Int) -> Range<Int> {
      defer { end += (count + 15) / 16 * 16 }
      return end..<end + count
    }
    slots = layers.map { layer in
      ParameterSlot(
        label: layer.label,
        arrays: layer.shapes.map {
          ($0.role, $0.role.isStatistic ? take($0.count, &statisticsEnd) : take($0.count, &end))
        })
    }
    count = end
    statisticsCount = statisticsEnd
    weightsBuffer = try AlignedBuffer(floats: end)
    gradientsBuffer = try AlignedBuffer(floats: end)
    velocitiesBuffer = try AlignedBuffer(floats: end)
    statisticsBuffer = try AlignedBuffer(floats: statisticsEnd)
  }

  var weights: UnsafeMutablePointer<Float> { weightsBuffer.floats }
  var gradients: UnsafeMutablePointer<Float> { gradientsBuffer.floats }
  var velocities: UnsafeMutablePointer<Float> { velocitiesBuffer.floats }
  var statistics: UnsafeMutablePointer<Float> { statisticsBuffer.floats }

  /// The arena that holds the arrays of `role`.
  func arena(of role: ParameterRole) -> UnsafeMutablePointer<Float> {
    role.isStatistic ? statistics : weights
  }

  func weightsChanged() { version += 1 }

  /// The second moments, zero at first; nil while no optimiser has asked for them.
  var secondMoments: UnsafeMutablePointer<Float>? {
    secondMomentsBuffer == nil ? nil : secondMomentsBuffer?.floats
  }

  /// The second moments of an optimiser that has them.
  func makeSecondMoments() throws(TensorError) -> UnsafeMutablePointer<Float> {
    if let secondMoments { return secondMoments }
    let buffer = try AlignedBuffer(floats: count)
    let values = buffer.floats
    secondMomentsBuffer = consume buffer
    return values
  }

  /// One update of every weight; `step` counts those before it.
  ///
  /// - Throws: `TensorError.diverged` naming what began it.
  func update(_ optimiser: Optimiser, step: Int) throws(TensorError) {
    let finite =
      switch optimiser {
      case .sgd(let options):
        Engine.kernels.sgd(options.raw(step: step), weights, velocities, gradients, count)
      case .adam(let options):
        Engine.kernels.adam(
          options.raw(step: step), weights, velocities, try makeSecondMoments(), gradients, count)
      }
    weightsChanged()
    guard !finite else { return }
    throw TensorError.diverged(place: origin, step: step)
  }

  /// Where it began, after an update that left something not finite.
  ///
  /// Weights whose own gradient is finite were so before, or overflowed in this update. Failing
  /// those it is the gradient that the backward pass computed first, and failing those a gradient
  /// whose square overflowed.
  private var origin: String {
    func isFinite(_ values: UnsafePointer<Float>, _ range: Range<Int>) -> Bool {
      range.allSatisfy { values[$0].isFinite }
    }
    for slot in slots {
      for (role, range) in slot.arrays
      where !role.isStatistic && isFinite(gradients, range) && !isFinite(weights, range) {
        return "\(slot.label).\(role.rawValue)'s weights"
      }
    }
    for (what, values) in [("gradient", gradients), ("second moment", secondMoments ?? gradients)] {
      for slot in slots.reversed() {
        for (role, range) in slot.arrays where !role.isStatistic && !isFinite(values, range) {
          return "\(slot.label).\(role.rawValue)'s \(what)"
        }
      }
    }
    return "the update"
  }
}
