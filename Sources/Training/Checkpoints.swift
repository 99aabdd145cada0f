/// How a trial keeps its state while it runs, and where it goes on.
///
/// A state is bytes that only the trainer understands; where they are kept is the caller's affair.
public struct Checkpoints {
  /// Seconds of training between two states; 0 keeps one after every step.
  public var interval: Double
  /// A state that this trial kept before; one that does not fit is as good as none.
  public var last: [UInt8]?
  /// Keeps a state. A failure costs nothing but the time since the last one, so it is not thrown.
  public var save: ([UInt8]) -> Void
  /// Called once where the trial goes on from `last`, with the seconds that it ran before.
  public var onResume: (Double) -> Void

  public init(
    interval: Double, last: [UInt8]?, onResume: @escaping (Double) -> Void = { _ in },
    save: @escaping ([UInt8]) -> Void
  ) {
    self.onResume = onResume
    self.interval = interval
    self.last = last
    self.save = save
  }
}
