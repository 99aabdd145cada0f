import Foundation
import ResultsStore
import TensorCore

extension SessionInfo {
  /// What can be known of this process and its machine.
  static var current: SessionInfo {
    SessionInfo(
      commandLine: CommandLine.arguments.joined(separator: " "),
      host: ProcessInfo.processInfo.hostName, cpu: processor,
      versions: "dropgrid \(Dropgrid.version); \(Engine.description)",
      commit: buildCommit)
  }

  private static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map {
      $0.trimmingCharacters(in: .whitespaces)
    } ?? "unknown"
  }
}
