import Foundation

/// How many cores this process may use: the default number of trials at a time.
///
/// The smaller of the affinity mask (`taskset`, cpusets) and the control group's CPU quota
/// (containers, batch systems). A quota of 1.5 cores counts as 2: two workers use all of it, one
/// worker would leave a third.
public enum AvailableCores {
  /// Reads the mask and the quota of this process; at least 1.
  public static func count() -> Int {
    let read = { (path: String) in try? String(contentsOfFile: path, encoding: .utf8) }
    let mask = read("/proc/self/status").flatMap(allowed(procSelfStatus:))
    return count(
      affinity: mask ?? ProcessInfo.processInfo.activeProcessorCount, quotas: quotas(read: read))
  }

  /// The cores that a mask of `affinity` cores and `quotas` leave, at least 1.
  package static func count(affinity: Int, quotas: [Double]) -> Int {
    quotas.reduce(max(affinity, 1)) { cores, quota in
      max(min(cores, Int(min(quota, 1e6).rounded(.up))), 1)
    }
  }

  /// Every quota, in cores, that the groups above this process set.
  ///
  /// - Parameter read: a file's text; nil where there is no such file.
  package static func quotas(read: (String) -> String?) -> [Double] {
    groups(procSelfCgroup: read("/proc/self/cgroup") ?? "").flatMap { group in
      group.mounts.flatMap { mount in
        withAncestors(group.path).compactMap { path in
          let folder = mount + (path == "/" ? "" : path)
          if group.isUnified { return read("\(folder)/cpu.max").flatMap(quota(cpuMax:)) }
          guard let quota = read("\(folder)/cpu.cfs_quota_us"),
            let period = read("\(folder)/cpu.cfs_period_us")
          else { return nil }
          return Self.quota(microseconds: quota, period: period)
        }
      }
    }
  }

  /// Cores in the line `Cpus_allowed_list: 0-3,8` of `/proc/self/status`, the affinity mask as
  /// text; nil where it is missing or reads otherwise.
  package static func allowed(procSelfStatus: String) -> Int? {
    let key = "Cpus_allowed_list:"
    guard
      let line = procSelfStatus.split(whereSeparator: \.isNewline).first(where: {
        $0.hasPrefix(key)
      })
    else { return nil }
    var count = 0
    for range in line.dropFirst(key.count).split(separator: ",") {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false)
        .map { UInt16($0.trimmingCharacters(in: .whitespaces)) }
      guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last
      else { return nil }
      count += Int(last - first) + 1
    }
    return count > 0 ? count : nil
  }

  /// Version 2's `cpu.max`: `max 100000` or `150000 100000`; nil for no limit or other text.
  package static func quota(cpuMax: String) -> Double? {
    let words = cpuMax.split(whereSeparator: \.isWhitespace)
    guard words.count == 2 else { return nil }
    return quota(microseconds: String(words[0]), period: String(words[1]))
  }

  /// Version 1's `cpu.cfs_quota_us` (-1 for no limit) over `cpu.cfs_period_us`.
  package static func quota(microseconds: String, period: String) -> Double? {
    guard let quota = Double(microseconds.trimmingCharacters(in: .whitespacesAndNewlines)),
      let period = Double(period.trimmingCharacters(in: .whitespacesAndNewlines)),
      quota.isFinite, period.isFinite, quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  /// A control group that may limit the CPU, and where its hierarchy is usually mounted.
  package struct Group: Equatable {
    package var path: String
    package var isUnified: Bool

    var mounts: [String] {
      isUnified
        ? ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
        : ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"]
    }

    package init(path: String, isUnified: Bool) {
      self.path = path
      self.isUnified = isUnified
    }
  }

  /// The lines of `/proc/self/cgroup` (`hierarchy:controllers:path`) that concern the CPU.
  package static func groups(procSelfCgroup: String) -> [Group] {
    procSelfCgroup.split(whereSeparator: \.isNewline).compactMap { line in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[2].hasPrefix("/") else { return nil }
      let isUnified = fields[0] == "0" && fields[1].isEmpty
      guard isUnified || fields[1].split(separator: ",").contains("cpu") else { return nil }
      return Group(path: String(fields[2]), isUnified: isUnified)
    }
  }

  /// `/a/b`, `/a`, `/`: inside a container only the last may be visible.
  private static func withAncestors(_ path: String) -> [String] {
    let parts = path.split(separator: "/")
    return (0...parts.count).reversed().map { "/" + parts.prefix($0).joined(separator: "/") }
  }
}
