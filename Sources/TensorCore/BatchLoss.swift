/// Loss and hits of one batch.
public struct BatchLoss: Sendable, Hashable {
  /// Sum of the cross-entropy, in nats.
  public var sum: Double
  public var correct: Int
  public var count: Int

  public init(sum: Double = 0, correct: Int = 0, count: Int = 0) {
    self.sum = sum
    self.correct = correct
    self.count = count
  }

  public static func += (left: inout BatchLoss, right: BatchLoss) {
    left.sum += right.sum
    left.correct += right.correct
    left.count += right.count
  }

  public var meanLoss: Double { sum / Double(count) }
  public var accuracy: Double { Double(correct) / Double(count) }
}
