internal import CKernels

/// One step of a network's computation for one batch size.
protocol Stage: AnyObject {
  /// Names the stage in messages.
  var label: String { get }
  /// Numbers in the output.
  var outputCount: Int { get }
  /// Bytes of memory that the stage needs while it runs; nobody else does then.
  var scratchBytes: Int { get }

  /// Tells where everything lies; called once.
  func bind(_ arrays: StageArrays)

  /// The output from the input.
  func forward(_ pass: Pass)

  /// The gradients of the stage's parameters from that of its output, and with `inputGradient` that
  /// of its input. The gradient of the output may be changed.
  func backward(inputGradient: Bool)
}

extension Stage {
  var scratchBytes: Int { 0 }
}

/// A stage with parameters.
protocol TrainableStage: Stage {
  /// Which of the network's trainable layers it is.
  var slot: Int { get }
  /// The layer's arrays.
  var shapes: [ParameterShape] { get }

  /// Copies an array from the order of `Network.exportWeights` into the stage's layout.
  func load(_ values: [Float], _ role: ParameterRole, to: UnsafeMutablePointer<Float>)
  /// An array in the order of `Network.exportWeights`.
  func export(_ role: ParameterRole, _ from: UnsafePointer<Float>) -> [Float]
}

/// Where a stage's numbers lie; activations and gradients in the layouts that the plan says.
struct StageArrays {
  var input: UnsafeMutablePointer<Float>
  var output: UnsafeMutablePointer<Float>
  var outputGradient: UnsafeMutablePointer<Float>
  var inputGradient: UnsafeMutablePointer<Float>
  var parameters: Parameters
  var scratch: UnsafeMutableRawPointer
}

/// What a pass through the network is for.
struct Pass {
  /// Keys the masks; nil where dropout is the identity.
  var masks: MaskMoment?
  /// Batch normalisation uses and follows the batch's statistics.
  var isTraining: Bool

  static let evaluation = Pass(masks: nil, isTraining: false)
}

/// The shape of one image's numbers, and how those of a batch lie.
struct TensorShape: Hashable {
  var shape: FeatureShape
  var layout: dg_tensor_layout

  /// Rows of `count` numbers.
  static func rows(_ count: Int) -> TensorShape {
    TensorShape(
      shape: FeatureShape(height: 1, width: 1, channels: count), layout: dg_layout_flat)
  }

  /// Numbers that a batch takes.
  func count(batch: Int) -> Int {
    guard layout == dg_layout_blocked else { return batch * shape.count }
    return batch * TensorShape.blocked(shape.channels) * shape.pixels
  }

  /// Channels that lie side by side in blocked maps.
  static let channelBlock = 16

  /// `channels` rounded up to whole blocks.
  static func blocked(_ channels: Int) -> Int {
    (channels + channelBlock - 1) / channelBlock * channelBlock
  }

  func raw(batch: Int) -> dg_tensor {
    dg_tensor(
      layout: layout, batch: Int32(batch), height: Int32(shape.height), width: Int32(shape.width),
      channels: Int32(shape.channels))
  }
}

extension dg_tensor_layout: @retroactive Hashable {}
