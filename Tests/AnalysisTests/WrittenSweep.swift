import Analysis
import ExperimentModel

/// A sweep made of cells, each with a trial of its own or one that it shares.
struct WrittenSweep {
  /// A cell: what was written, and what its trial has where that is something else.
  struct Cell {
    var written: [String: SettingValue]
    var own: [String: SettingValue]
    var status = TrialStatus.done
    var accuracy: Double

    init(
      _ written: [String: SettingValue], own: [String: SettingValue] = [:], accuracy: Double,
      status: TrialStatus = .done
    ) {
      (self.written, self.accuracy, self.status) = (written, accuracy, status)
      self.own = written.merging(own) { $1 }.filter { $0.value != .none }
    }
  }

  var names: [String]
  var cells: [Cell]
  var comparisons: [Comparison]

  func build() -> SweepResults {
    var trials: [Cell] = []
    var known: [[String: SettingValue]: Int] = [:]
    let planned = cells.map { cell -> PlannedCell in
      if let trial = known[cell.own] { return PlannedCell(trial: trial, rule: "same") }
      known[cell.own] = trials.count
      trials.append(cell)
      return PlannedCell(trial: trials.count - 1, rule: "")
    }
    let status = trials.map(\.status)
    func rows(_ value: Double) -> [[Float]] {
      trials.map { $0.status == .done ? [Float($0.accuracy * value)] : [] }
    }
    return SweepResults(
      title: "Written", question: "", trialIDs: trials.indices.map(Self.id),
      trialColumns: columns(trials.map(\.own)), status: status,
      messages: status.map { $0 == .done ? "" : "it ended" },
      epochsRun: status.map { $0 == .done ? 1 : 0 }, durations: status.map { _ in 1 },
      metrics: [
        .testAccuracy: rows(1), .testLoss: rows(0.5), .trainAccuracy: rows(1),
        .trainLoss: rows(0.25),
      ],
      cells: planned, cellColumns: columns(cells.map(\.written)), comparisons: comparisons)
  }

  static func id(_ trial: Int) -> TrialID {
    TrialID(bytes: (0..<16).map { UInt8(truncatingIfNeeded: trial >> (8 * $0)) })
  }

  private func columns(_ rows: [[String: SettingValue]]) -> [Column] {
    names.map { name in
      let values = rows.map { $0[name] ?? .none }
      if values.contains(where: { if case .text = $0 { true } else { false } }) {
        return Column(
          name: name, path: name,
          values: .text(values.map { $0 == .none ? "" : $0.description }))
      }
      return Column(name: name, path: name, values: .real(values.map { $0.number ?? .nan }))
    }
  }
}
