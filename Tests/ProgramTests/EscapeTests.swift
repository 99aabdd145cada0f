import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// Words in a results file are other people's: none of them moves a cursor.
@Suite struct EscapeTests {
  private static let evil = "evil \u{1B}[2J\u{1B}]0;x\u{7}\u{9B}31m\u{202E}<script>"

  /// A finished sweep of two trials whose texts hold terminal escapes; a grid file may have none.
  private func write(_ path: String) async throws {
    let trials = (0..<2).map { row in
      PlannedTrial(
        id: TrialID(bytes: Array(repeating: UInt8(row), count: 16)),
        spec: TrialSpec(
          network: .small, dropout: [], optimiser: OptimiserSpec(learningRate: 0.01), batch: 32,
          epochs: 1, data: DataSpec(name: "random"), seed: Seed(1)),
        architecture: 0, flops: 1)
    }
    let kinds = Column(
      name: "kind", path: "dropout.kind", values: .text([Self.evil, "=1+1"]))
    let seeds = Column(name: "seed", path: "seed", values: .integer([1, 1]))
    let plan = Plan(
      title: Self.evil, question: Self.evil, gridText: Self.evil, trials: trials,
      trialColumns: [kinds, seeds], cells: (0..<2).map { PlannedCell(trial: $0, rule: Self.evil) },
      cellColumns: [kinds, seeds],
      architectures: [
        Architecture(
          name: "small",
          parameters: [ParameterShape(layer: "logits", role: .bias, shape: [2])])
      ],
      datasets: [
        DatasetCard(
          name: "random", shape: ImageShape(height: 4, width: 6, channels: 2), classes: 4,
          train: 10, test: 10, fingerprint: "ab")
      ], epochs: 1, metrics: [.testLoss, .testAccuracy], weights: .none, comparisons: [])
    let writer = try ResultsWriter.create(
      path: path, plan: plan, engine: "numerics 1; test",
      session: SessionInfo(
        commandLine: Self.evil, host: Self.evil, cpu: Self.evil, versions: "v", commit: ""))
    try await writer.append(
      trials.indices.map { row in
        (
          row: row,
          record: TrialRecord(
            id: trials[row].id, status: row == 0 ? .done : .diverged,
            message: row == 0 ? "" : Self.evil, epochsRun: 1,
            metrics: [.testLoss: [3.4e38], .testAccuracy: [0.5]], finishedAt: 1_760_000_000,
            duration: 1)
        )
      })
    try await writer.finish()
  }

  @Test func nothingInAResultsFileMovesTheCursor() async throws {
    let workplace = try Program.Workplace()
    try await write(workplace.path("a.h5"))
    for command in [
      "show a.h5", "show a.h5 --all", "show a.h5 --answer", "show a.h5 --trial 1",
      "show a.h5 --json", "show a.h5 --trial 1 --json", "status a.h5", "status a.h5 --json",
      "verify a.h5", "report a.h5 --markdown -o -", "report a.h5 -o a.md; cat a.md",
      "compare a.h5 a.h5", "compare a.h5 a.h5 --json", "compare a.h5 a.h5 --summary -",
      "compare a.h5 a.h5 --junit -", "export json a.h5",
    ] {
      let outcome = try await Program.shell("\"$dropgrid\" \(command)", in: workplace)
      #expect(outcome.code == 0, "\(command): \(outcome.errors)")
      #expect(!outcome.output.isEmpty, "\(command)")
      let signs = outcome.output.unicodeScalars.filter {
        $0.properties.generalCategory == .control && $0 != "\n" || $0 == "\u{202E}"
      }
      #expect(signs.isEmpty, "\(command): \(signs.map { $0.value })")
    }
    let csv = try await Program.shell(
      "\"$dropgrid\" export csv a.h5 -o t > log && cat t/trials.csv", in: workplace)
    #expect(csv.output.contains(",'=1+1,"), "\(csv.output)")
    let table = try await Program.run(["show", "a.h5", "--all"], in: workplace)
    #expect(!table.output.contains("0000000000000000"), "\(table.output)")
  }
}
