internal import CProbe

/// Reading that may crash or hang libhdf5, tried first in a forked child, where that costs nothing.
///
/// libhdf5 1.10 goes where a file's structure tells it to. A structure that no checksum vouches for
/// is therefore read twice: by a child that inherits everything and may die of it, and only after
/// that by this process.
public enum Probe {
  /// How the child ended.
  public enum Outcome: Sendable, Hashable {
    case sound
    /// It came to an end and complained.
    case refused(String)
    case crashed
    case hung
    /// No child could be made: nothing is known.
    case unavailable
  }

  /// Does `body` in a child; it returns a complaint or nil.
  ///
  /// No thread calls libhdf5 meanwhile, so the child has the library whole.
  ///
  /// - Parameters:
  ///   - seconds: of processor time that it may take.
  ///   - bytes: of memory that it may take beside what the process has.
  public static func run(
    seconds: Int, bytes: Int, _ body: @escaping () -> String?
  ) -> Outcome {
    let work = Work(body)
    let capacity = 4000
    var text = [CChar](repeating: 0, count: capacity)
    var result: Int32 = 0
    Library.callQuietly {
      result = withExtendedLifetime(work) {
        dgp_probe(
          { context, text, capacity in
            guard let context else { return 1 }
            let work = Unmanaged<Work>.fromOpaque(context).takeUnretainedValue()
            guard let complaint = work.body() else { return 0 }
            for (index, byte) in complaint.utf8.prefix(capacity - 1).enumerated() {
              text[index] = CChar(bitPattern: byte)
            }
            return 1
          }, Unmanaged.passUnretained(work).toOpaque(), UInt32(seconds), bytes, &text, capacity)
      }
    }
    return switch UInt32(result) {
    case dgp_sound.rawValue: .sound
    case dgp_refused.rawValue: .refused(FixedText.decode(text.map { UInt8(bitPattern: $0) }))
    case dgp_hung.rawValue: .hung
    case dgp_unavailable.rawValue: .unavailable
    default: .crashed
    }
  }

  private final class Work {
    let body: () -> String?
    init(_ body: @escaping () -> String?) { self.body = body }
  }
}
