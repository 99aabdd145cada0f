internal import CKernels

/// Where one trainable layer's arrays lie in the arenas, in numbers.
struct ParameterSlot {
  var label: String
  var kernel: Range<Int>
  var bias: Range<Int>
}

/// Weights, their gradients and velocities: one arena each, so that an update is one pass.
///
/// Kernels lie in the layouts that oneDNN chose; each array starts on a 64-byte boundary, and
/// what lies between them is zero and stays so.
final class Parameters {
  let slots: [ParameterSlot]
  let count: Int
  private let weightsBuffer: AlignedBuffer
  private let gradientsBuffer: AlignedBuffer
  private let velocitiesBuffer: AlignedBuffer

  /// Changes with every update.
  private(set) var version: UInt64 = 0

  /// - Parameter layers: label, numbers in the kernel's layout and in the bias of each layer.
  init(_ layers: [(label: String, kernel: Int, bias: Int)]) throws(TensorError) {
    var end = 0
    func take(_ count: Int) -> Range<Int> {
      defer { end += (count + 15) / 16 * 16 }
      return end..<end + count
    }
    slots = layers.map {
      ParameterSlot(label: $0.label, kernel: take($0.kernel), bias: take($0.bias))
    }
    count = end
    weightsBuffer = try AlignedBuffer(floats: end)
    gradientsBuffer = try AlignedBuffer(floats: end)
    velocitiesBuffer = try AlignedBuffer(floats: end)
  }

  var weights: UnsafeMutablePointer<Float> { weightsBuffer.floats }
  var gradients: UnsafeMutablePointer<Float> { gradientsBuffer.floats }
  var velocities: UnsafeMutablePointer<Float> { velocitiesBuffer.floats }

  func weightsChanged() { version += 1 }

  /// One update of every weight.
  ///
  /// - Throws: `TensorError.diverged` naming the first gradient, else weights, not finite.
  func update(_ options: SGD, step: Int) throws(TensorError) {
    let finite = Engine.kernels.sgd(
      options.raw(step: step), weights, velocitiesBuffer.floats, gradients, count)
    weightsChanged()
    guard !finite else { return }
    for (what, values) in [("gradient", gradients), ("weights", weights)] {
      for slot in slots {
        for (role, range) in [("kernel", slot.kernel), ("bias", slot.bias)]
        where range.contains(where: { !values[$0].isFinite }) {
          throw TensorError.diverged(place: "\(slot.label).\(role)'s \(what)", step: step)
        }
      }
    }
  }
}

/// Stochastic gradient descent with momentum μ, Nesterov's variant and time-based decay.
///
/// η = η₀ / (1 + decay · t), t updates so far. Keras: v ← μv − ηg, w ← w + v, or w ← w + μv − ηg
/// with Nesterov. PyTorch: v ← μv + g, w ← w − ηv, or w ← w − η(g + μv). The two differ once η
/// changes.
public struct SGD: Sendable, Hashable {
  public enum Form: Sendable, Hashable { case keras, pytorch }

  public var learningRate: Double
  public var momentum: Double
  public var nesterov: Bool
  public var decay: Double
  public var form: Form

  public init(
    learningRate: Double, momentum: Double = 0, nesterov: Bool = false, decay: Double = 0,
    form: Form = .keras
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.decay = decay
    self.form = form
  }

  fileprivate func raw(step: Int) -> dg_sgd {
    dg_sgd(
      learning_rate: Float(learningRate / (1 + decay * Double(step))), momentum: Float(momentum),
      nesterov: nesterov, keras: form == .keras)
  }
}
