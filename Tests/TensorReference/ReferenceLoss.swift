import Foundation

/// Softmax cross-entropy, averaged over the batch: L = −1/N Σ n, c  q[n, c] · log softmax(z)[n, c].
///
/// The target q is (1 − ε) · onehot(label) + ε / classes with the label smoothing ε (Szegedy et al.
/// 2016).
package enum ReferenceLoss {
  /// The loss, the number of correct predictions and the gradient by the logits (n, 1, 1, c).
  ///
  /// The prediction is the first largest logit; a row that holds a NaN is never correct. The
  /// gradient is (softmax(z) − q) / N.
  package static func evaluate(
    logits: ReferenceTensor, labels: [Int], smoothing: Double = 0
  ) -> (loss: Double, correct: Int, gradient: ReferenceTensor) {
    let classes = logits.shape.count
    precondition(
      !labels.isEmpty && labels.count == logits.batch,
      "\(labels.count) labels for \(logits.batch) rows of logits")
    precondition(labels.allSatisfy { (0..<classes).contains($0) }, "a label outside 0..<\(classes)")
    var loss = 0.0
    var correct = 0
    var gradient = logits
    for (n, label) in labels.enumerated() {
      let z = (0..<classes).map { logits.values[n * classes + $0] }
      // Subtracting the largest logit changes nothing but keeps exp from overflowing.
      let best = z.indices.reduce(0) { z[$1] > z[$0] ? $1 : $0 }
      let exponentials = z.map { exp($0 - z[best]) }
      let sum = exponentials.reduce(0, +)
      if best == label && !z.contains(where: \.isNaN) { correct += 1 }
      for c in 0..<classes {
        let target = (c == label ? 1 - smoothing : 0) + smoothing / Double(classes)
        if target > 0 { loss += target * (log(sum) + z[best] - z[c]) / Double(labels.count) }
        gradient.values[n * classes + c] =
          (exponentials[c] / sum - target) / Double(labels.count)
      }
    }
    return (loss, correct, gradient)
  }
}
