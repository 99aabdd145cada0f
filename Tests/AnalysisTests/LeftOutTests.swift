import Analysis
import ExperimentModel
import Testing

/// Comparisons of grids that are not crossed: what they compare, and what they say they leave out.
@Suite struct LeftOutTests {
  private static func luck(_ seed: Int) -> Double { Double(seed * 37 % 11) / 500 }

  private static func cells(_ make: (Int) -> [WrittenSweep.Cell]) -> [WrittenSweep.Cell] {
    (1...6).flatMap { seed in
      make(seed).map { cell in
        var cell = cell
        cell.written["seed"] = .real(Double(seed))
        cell.own["seed"] = .real(Double(seed))
        cell.accuracy += luck(seed)
        return cell
      }
    }
  }

  private func summary(
    _ names: [String], _ comparisons: [Comparison], _ cells: [WrittenSweep.Cell]
  ) throws -> Summary {
    try Summary(
      WrittenSweep(names: names + ["seed"], cells: cells, comparisons: comparisons).build())
  }

  private func pairs(_ result: ComparisonResult) -> [String] {
    result.contrasts.map {
      ($0.by.values + [$0.a]).map(\.description).joined(separator: " ") + " - \($0.b)"
    }
  }

  /// A block size under `when` and one that is crossed, of which spatial dropout has none.
  @Test func aSettingUnderAConditionComparesAsOneThatIsCrossed() throws {
    let comparisons = [
      Comparison(factor: "kind", by: []), Comparison(factor: "block_size", by: ["kind"]),
    ]
    let blocks = [3.0, 5].map { size in
      WrittenSweep.Cell(
        ["kind": .text("drop-block"), "block_size": .real(size)], accuracy: 0.6 + size / 100)
    }
    let when = try summary(
      ["kind", "block_size"], comparisons,
      Self.cells { _ in [.init(["kind": .text("spatial")], accuracy: 0.6)] + blocks })
    let crossed = try summary(
      ["kind", "block_size"], comparisons,
      Self.cells { _ in
        [3.0, 5].map { size in
          .init(
            ["kind": .text("spatial"), "block_size": .real(size)], own: ["block_size": .none],
            accuracy: 0.6)
        } + blocks
      })
    for index in comparisons.indices {
      let (a, b) = (when.comparisons[index].family, crossed.comparisons[index].family)
      #expect(a == b && a.count == 1)
    }
    #expect(when.comparisons[1].leftOut.map(\.reason) == [.withoutFactor])
    #expect(when.text().contains("Block size does not apply: spatial dropout."))
    // What a file of an old version says of it.
    let old = try summary(
      ["kind", "block_size"], comparisons,
      Self.cells { _ in
        [.init(["kind": .text("spatial")], own: ["block_size": .real(0)], accuracy: 0.6)] + blocks
      })
    #expect(old.comparisons[0].family == crossed.comparisons[0].family)
  }

  /// The example of docs/grids.md: rate 0 has neither place nor kind.
  @Test func theBaselineOfAConditionStandsInEveryGroup() throws {
    let places = ["before-pool", "after-pool"]
    let result = try summary(
      ["rate", "placement", "kind"],
      [
        Comparison(factor: "rate", by: ["placement", "kind"]),
        Comparison(factor: "kind", by: ["placement"]),
      ],
      Self.cells { _ in
        [.init(["rate": .real(0)], accuracy: 0.5)]
          + places.flatMap { place -> [WrittenSweep.Cell] in
            [0.25, 0.5].flatMap { rate -> [WrittenSweep.Cell] in
              let cell: [String: SettingValue] = ["rate": .real(rate), "placement": .text(place)]
              guard place == places[0], rate < 0.5 else {
                return [.init(cell, own: ["kind": .text("element-wise")], accuracy: 0.5 + rate)]
              }
              return ["element-wise", "spatial"].map {
                .init(cell.merging(["kind": .text($0)]) { $1 }, accuracy: 0.5 + rate)
              }
            }
          }
      })
    #expect(
      pairs(result.comparisons[0]) == [
        "before-pool element-wise 0.25 - 0", "before-pool element-wise 0.5 - 0",
        "before-pool spatial 0.25 - 0", "after-pool element-wise 0.25 - 0",
        "after-pool element-wise 0.5 - 0",
      ])
    #expect(result.comparisons[0].leftOut.isEmpty)
    #expect(result.comparisons[0].contrasts.allSatisfy { $0.seeds == 6 })
    #expect(pairs(result.comparisons[1]) == ["before-pool element-wise - spatial"])
    #expect(result.comparisons[1].leftOut.map(\.reason) == [.partly, .alone, .withoutFactor])
  }

  @Test func learningRatesStandBesideTheSmallestOfTheirOptimiser() throws {
    let rates: [(String, Double)] = [("sgd", 0.1), ("sgd", 0.05), ("adam", 0.001), ("adam", 0.003)]
    let cells = Self.cells { _ in
      rates.map {
        .init(["optimiser": .text($0.0), "learning_rate": .real($0.1)], accuracy: 0.5 + $0.1)
      }
    }
    let result = try summary(
      ["optimiser", "learning_rate"],
      [
        Comparison(factor: "learning_rate", by: ["optimiser"]),
        Comparison(factor: "learning_rate", by: []), Comparison(factor: "optimiser", by: []),
      ], cells)
    #expect(pairs(result.comparisons[0]) == ["sgd 0.1 - 0.05", "adam 0.003 - 0.001"])
    // Without `by` they have two groups that never meet.
    #expect(pairs(result.comparisons[1]) == ["0.003 - 0.001", "0.1 - 0.05"])
    #expect(result.comparisons[2].leftOut.map(\.reason) == [.unmatched, .unmatched])
    #expect(
      result.answers[2]
        == "Nothing to compare: no two levels of optimiser meet with all else equal. Compared with "
        + "nothing, because no other level has all else equal: optimiser sgd; optimiser adam.")
  }

  @Test func anExcludedLevelLeavesTheOthersTheirComparison() throws {
    let result = try summary(
      ["pool", "rate"],
      [Comparison(factor: "rate", by: ["pool"]), Comparison(factor: "pool", by: [])],
      Self.cells { _ in
        ["max", "average"].flatMap { pool in
          [0.1, 0.25, 0.5].compactMap { rate in
            pool == "average" && rate == 0.1
              ? nil : .init(["pool": .text(pool), "rate": .real(rate)], accuracy: 0.5 + rate)
          }
        }
      })
    #expect(
      pairs(result.comparisons[0]) == ["max 0.25 - 0.1", "max 0.5 - 0.1", "average 0.5 - 0.25"])
    #expect(result.comparisons[1].leftOut.map(\.cells) == [6])
    #expect(result.text().contains("Left out, because nothing has all else equal: 6 cells of max"))
    #expect(try result.json().contains("left_out"))
  }

  @Test(arguments: [TrialStatus.pruned, .diverged, .pending])
  func aLevelThatIsNotCompleteDoesNotTakeTheOthersWithIt(_ status: TrialStatus) throws {
    let result = try summary(
      ["learning_rate"], [Comparison(factor: "learning_rate", by: [])],
      Self.cells { _ in
        [0.0001, 0.05, 0.1].map {
          .init(
            ["learning_rate": .real($0)], accuracy: 0.5 + $0, status: $0 < 0.01 ? status : .done)
        }
      })
    let comparison = result.comparisons[0]
    #expect(pairs(comparison) == ["0.0001 - 0.05", "0.1 - 0.05"])
    #expect(comparison.familySize == 2)
    #expect(comparison.contrasts.map(\.seeds) == [0, 6])
    #expect(comparison.leftOut.map(\.statuses) == [[status.name: 6]])
    #expect(
      result.text(width: 500).contains(
        "None of its trials is complete: learning rate 0.0001: 6 \(status.name), so the others stand "
          + "beside learning rate 0.05."))
  }

  @Test func whatEndedIsNotAwaited() throws {
    func answer(_ status: [TrialStatus]) throws -> String {
      try summary(
        ["pool"], [Comparison(factor: "pool", by: [])],
        Self.cells { seed in
          ["max", "average"].map {
            .init(["pool": .text($0)], accuracy: 0.5, status: status[seed % status.count])
          }
        }
      ).answers[0]
    }
    let end = ": nothing can be said."
    #expect(
      try answer([.diverged])
        == "Pool: no pair of trials is complete and none will be: every trial ended, and a side of "
        + "each pair diverged" + end)
    #expect(try answer([.failed, .diverged]).contains("diverged or failed" + end))
    #expect(try answer([.pending]) == "Pool: no pair of trials is complete yet" + end)
    #expect(
      try answer([.pending, .timedOut])
        == "Pool: no pair of trials is complete yet, and of some a side timed out" + end)
  }
}
