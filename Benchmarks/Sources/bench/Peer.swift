import ArgumentParser
import Foundation
import Glibc

/// Takes part in the comparison of `peers/`: its README has the protocol.
struct Peer: ParsableCommand {
  @Option var workload = Workload.Name.vgg28
  @Option var batch = 32
  @Option(help: "A trial has one thread; with more, only one is used.") var threads = 1
  @Option var windows = 4
  @Option var windowS = 1.5

  private struct Report: Encodable {
    var ips: [Double] = []
    var win: [[Double]] = []
    var residentMB = 0.0
    var marks: [String: Double] = [:]

    enum CodingKeys: String, CodingKey {
      case ips, win, marks
      case residentMB = "rss_mb"
    }
  }

  func run() throws {
    let started =
      ProcessInfo.processInfo.environment["PEERS_STARTED"].flatMap(Double.init)
      ?? Date().timeIntervalSince1970
    var report = Report()
    func mark(_ name: String) {
      report.marks[name] = Date().timeIntervalSince1970 - started
    }
    mark("import")
    let workload = try Workload(workload, batch: batch)
    try workload.train(step: 0)
    mark("first_step")
    let begin = wallSeconds()
    var warm = 0
    repeat {
      try workload.train(step: warm)
      warm += 1
    } while warm < 2 || wallSeconds() - begin < 1
    let steps = max(1, Int(windowS / ((wallSeconds() - begin) / Double(warm))))
    print("READY")
    fflush(nil)
    _ = readLine()
    for window in 0..<windows {
      let before = fmaPeak()
      let cpu = processorSeconds()
      let wall = wallSeconds()
      for step in 0..<steps { try workload.train(step: window * steps + step) }
      let elapsed = wallSeconds() - wall
      let share = (processorSeconds() - cpu) / elapsed
      report.ips.append(Double(steps * batch) / elapsed)
      report.win.append([before, fmaPeak(), share])
    }
    var usage = rusage()
    getrusage(__rusage_who_t(truncatingIfNeeded: RUSAGE_SELF.rawValue), &usage)
    report.residentMB = Double(usage.ru_maxrss) / 1024
    print("JSON " + String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }
}
