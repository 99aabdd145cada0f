import ExperimentModel
import Glibc

/// Starts POSIX threads that nobody joins: each ends when its body returns.
enum DetachedThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread.
  ///
  /// - Parameters:
  ///   - name: what `top -H` shows; the kernel keeps 15 bytes.
  ///   - stackSize: bytes; Swift's default threads have too little for deep recursion in C.
  /// - Throws: `UserError` where the system has no room for another thread.
  static func start(
    name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void
  ) throws(UserError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, stackSize)

    let context = Unmanaged.passRetained(
      Body {
        setName(name)
        body()
      })
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw UserError(
        .badInput,
        "cannot start the thread \(name): \(String(cString: strerror(code))); use fewer --jobs or "
          + "raise the limit on threads (ulimit -u, the container's pids limit)")
    }
  }

  /// Names the calling thread; without a name (no `/proc`) it works as well.
  private static func setName(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, name, min(name.utf8.count, 15))
    close(file)
  }
}
