internal import CHDF5
internal import CProbe
internal import Synchronization

/// The one door to libhdf5.
///
/// The library may or may not have been built thread-safe; where it was, that means one lock
/// around every call and error settings per thread. This module does not depend on it: every call
/// goes through `call`, which holds one lock of the process from before the call until its error
/// stack is read. Nothing inside awaits, so a task cannot change threads in between. Two threads
/// may therefore use this module at once, and take turns call by call; they should not use the
/// same object at once.
enum Library {
  private static let isReady = Mutex(false)

  /// Runs one C call and throws where it returns a negative number.
  static func call<Result: BinaryInteger>(
    _ name: StaticString, _ subject: @autoclosure () -> String = "", _ body: () -> Result
  ) throws(HDF5Error) -> Result {
    try call(name, subject(), failed: { $0 < 0 }, body)
  }

  /// Runs one C call and throws where `failed` says so of its result.
  static func call<Result: BinaryInteger>(
    _ name: StaticString, _ subject: @autoclosure () -> String, failed: (Result) -> Bool,
    _ body: () -> Result
  ) throws(HDF5Error) -> Result {
    try locked { () throws(HDF5Error) in
      let result = body()
      guard !failed(result) else {
        throw HDF5Error(
          call: "\(name)", subject: subject(), frames: HDF5Error.Frame.current())
      }
      return result
    }
  }

  /// Runs C calls that cannot fail or whose failure nobody can act on.
  static func callQuietly(_ body: () -> Void) {
    locked(body)
  }

  private static func locked<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // A probe's child has the lock of the thread that forked it, and no other thread.
    if dgp_is_child() { return try body() }
    return try isReady.withLock { isReady throws(Failure) in
      prepare(&isReady)
      return try body()
    }
  }

  /// The library's clean-up at exit would race with threads that still run, so it is switched off
  /// first of all. Its printing of errors is switched off per thread, so before every call.
  private static func prepare(_ isReady: inout Bool) {
    if !isReady {
      H5dont_atexit()
      isReady = true
    }
    H5Eset_auto2(dgh_current_error_stack(), nil, nil)
  }
}
