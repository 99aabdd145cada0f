internal import CKernels

/// Where one trainable layer's arrays lie in the arenas, in numbers.
struct ParameterSlot {
  var label: String
  var kernel: Range<Int>
  var bias: Range<Int>
}

/// Weights, their gradients and the optimiser's memory: one arena each, so that an update is one
/// pass.
///
/// Kernels lie in the layouts that oneDNN chose; each array starts on a 64-byte boundary, and
/// what lies between them is zero and stays so.
final class Parameters {
  let slots: [ParameterSlot]
  let count: Int
  private let weightsBuffer: AlignedBuffer
  private let gradientsBuffer: AlignedBuffer
  private let velocitiesBuffer: AlignedBuffer
  /// Allocated when an optimiser first asks for it.
  private var secondMomentsBuffer: AlignedBuffer?

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
  /// - Throws: `TensorError.diverged` naming the first gradient, else weights, else second moments
  ///   not finite.
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
    for (what, values) in [
      ("gradient", gradients), ("weights", weights), ("second moment", secondMoments ?? weights),
    ] {
      for slot in slots {
        for (role, range) in [("kernel", slot.kernel), ("bias", slot.bias)]
        where range.contains(where: { !values[$0].isFinite }) {
          throw TensorError.diverged(place: "\(slot.label).\(role)'s \(what)", step: step)
        }
      }
    }
  }
}
