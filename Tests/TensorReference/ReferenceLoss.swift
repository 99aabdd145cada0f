import Foundation

/// Softmax cross-entropy, averaged over the batch: L = 1/N Σ n  (log Σ c exp z[n, c]) − z[n, label n].
package enum ReferenceLoss {
  /// The loss, the number of correct predictions and the gradient by the logits (n, 1, 1, c).
  ///
  /// The prediction is the first largest logit; a row that holds a NaN is never correct. The
  /// gradient is (softmax(z) − onehot(label)) / N.
  package static func evaluate(
    logits: ReferenceTensor, labels: [Int]
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
      loss += (log(sum) + z[best] - z[label]) / Double(labels.count)
      if best == label && !z.contains(where: \.isNaN) { correct += 1 }
      for c in 0..<classes {
        let target = c == label ? 1.0 : 0.0
        gradient.values[n * classes + c] =
          (exponentials[c] / sum - target) / Double(labels.count)
      }
    }
    return (loss, correct, gradient)
  }
}
