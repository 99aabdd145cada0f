import Synchronization

/// A request to end a sweep early, which trials poll: asking costs one relaxed load.
///
/// It is never taken back, and may be shared by several sweeps.
public final class StopRequest: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  /// Whether somebody asked.
  public var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Asks; callable from any thread, as often as one likes.
  public func request() { flag.store(true, ordering: .sequentiallyConsistent) }
}
