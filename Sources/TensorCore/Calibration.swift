internal import CKernels

/// How far a classifier's confidence is from its accuracy: the expected calibration error.
///
/// Guo et al., "On Calibration of Modern Neural Networks", ICML 2017: images go into 15 bins of
/// equal width by their confidence, the largest probability of the softmax; bin b holds
/// confidences in ((b − 1)/15, b/15]. ECE = Σ_b n_b / n · |hits_b / n_b − mean confidence_b|,
/// from 0 (calibrated) to 1.
public struct Calibration: Sendable, Hashable {
  public static let bins = 15

  private var counts = [Int](repeating: 0, count: bins)
  private var hits = [Int](repeating: 0, count: bins)
  /// Sums of the confidences, in the order of the images.
  private var confidences = [Double](repeating: 0, count: bins)

  public init() {}

  /// Counts one image that was classified with a confidence in 0...1.
  public mutating func add(confidence: Double, isHit: Bool) {
    let bin = min(max(Int((confidence * Double(Self.bins)).rounded(.up)) - 1, 0), Self.bins - 1)
    counts[bin] += 1
    hits[bin] += isHit ? 1 : 0
    confidences[bin] += confidence
  }

  /// Counts one image by its logits: the class with the largest, the first of equals, is the answer.
  ///
  /// The probability is computed in double precision with the engine's own exponential. Logits
  /// that are no numbers have no confidence and are not counted.
  mutating func add(logits: UnsafeBufferPointer<Float>, label: Int) {
    guard var best = logits.indices.first, !logits.contains(where: \.isNaN) else { return }
    for index in logits.indices where logits[index] > logits[best] { best = index }
    var sum = 0.0
    for value in logits { sum += dg_exp(Double(value) - Double(logits[best])) }
    add(confidence: 1 / sum, isHit: best == label)
  }

  /// The expected calibration error; NaN where nothing was counted.
  public var error: Double {
    let total = counts.reduce(0, +)
    guard total > 0 else { return .nan }
    var sum = 0.0
    for bin in 0..<Self.bins { sum += abs(Double(hits[bin]) - confidences[bin]) }
    return sum / Double(total)
  }
}

extension Network {
  /// As `evaluate(_:count:)`, and every image counts in `calibration`.
  public func evaluate(
    _ images: Images, count: Int, calibration: inout Calibration
  ) throws(TensorError) -> BatchLoss {
    let executor = try executor(batch: evaluationBatch)
    var total = BatchLoss()
    for start in stride(from: 0, to: count, by: executor.batch) {
      let rows = Int32(start)..<Int32(min(start + executor.batch, count))
      executor.load(images: images.pixels, labels: images.labels, indices: rows)
      executor.forward(.evaluation)
      total += executor.loss(rows: rows.count)
      executor.count(rows: rows.count, in: &calibration)
    }
    return total
  }
}
