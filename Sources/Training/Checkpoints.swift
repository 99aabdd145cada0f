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

  public init(interval: Double, last: [UInt8]?, save: @escaping ([UInt8]) -> Void) {
    self.interval = interval
    self.last = last
    self.save = save
  }
}
