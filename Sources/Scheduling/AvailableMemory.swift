import Foundation

/// How much memory this process may still take.
public enum AvailableMemory {
  /// The smallest of what the machine has left, what the control groups above leave, and what the
  /// process's limit of address space does (`ulimit -v`), in bytes; `Int.max` where none says.
  public static func bytes() -> Int {
    bytes(read: { try? String(contentsOfFile: $0, encoding: .utf8) })
  }

  /// - Parameter read: a file's text; nil where there is no such file.
  package static func bytes(read: (String) -> String?) -> Int {
    var least = read("/proc/meminfo").flatMap(available(meminfo:)) ?? .max
    func number(_ path: String) -> Int? {
      read(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
    var folders = ["/sys/fs/cgroup"]
    for group in AvailableCores.groups(procSelfCgroup: read("/proc/self/cgroup") ?? "")
    where group.isUnified && group.path != "/" {
      let parts = group.path.split(separator: "/")
      folders += parts.indices.map {
        "/sys/fs/cgroup/" + parts[...$0].joined(separator: "/")
      }
    }
    for folder in folders {
      guard let limit = number("\(folder)/memory.max"),
        let used = number("\(folder)/memory.current")
      else { continue }
      least = min(least, max(0, limit - used))
    }
    if let limit = number("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
      let used = number("/sys/fs/cgroup/memory/memory.usage_in_bytes")
    {
      least = min(least, max(0, limit - used))
    }
    if let limits = read("/proc/self/limits"), let size = read("/proc/self/status"),
      let left = addressSpaceLeft(limits: limits, status: size)
    {
      least = min(least, left)
    }
    return least
  }

  /// What is left of the line `Max address space  500000  unlimited  bytes`; nil without a limit.
  private static func addressSpaceLeft(limits: String, status: String) -> Int? {
    let name = "Max address space"
    let limit = limits.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name) }
    let used = status.split(whereSeparator: \.isNewline).first { $0.hasPrefix("VmSize:") }
    guard let limit = limit?.dropFirst(name.count).split(separator: " ").first.flatMap({ Int($0) }),
      let kilobytes = used?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    return max(0, limit - kilobytes * 1024)
  }

  /// The line `MemAvailable:  123 kB`.
  private static func available(meminfo: String) -> Int? {
    let line = meminfo.split(whereSeparator: \.isNewline).first { $0.hasPrefix("MemAvailable:") }
    guard let words = line?.split(separator: " "), words.count == 3, let count = Int(words[1])
    else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: 1024)
    return overflow ? nil : bytes
  }
}
