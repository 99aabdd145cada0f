import Analysis
import ExperimentModel

/// A made-up sweep over rate × placement × kind × pool × seed with rate 0 trained once.
struct SweepBuilder {
  /// A cell as written.
  struct Cell: Hashable {
    var rate: Double
    var placement: String
    var kind: String
    var pool: String
    var seed: Int64
  }

  /// Final figures; earlier epochs hold half of them.
  struct Figures {
    var trainAccuracy: Double
    var testAccuracy: Double
    var testLoss: Double

    init(test: Double, train: Double = 1, loss: Double = 0.5) {
      testAccuracy = test
      trainAccuracy = train
      testLoss = loss
    }
  }

  var rates = [0, 0.25, 0.5]
  var placements = ["before", "after"]
  var kinds = ["element-wise", "spatial"]
  var pools = ["max", "average"]
  var seeds: ClosedRange<Int64> = 1...10
  var comparisons = [Comparison(factor: "placement", by: ["kind", "rate", "pool"])]
  /// Leaves cells out.
  var isPlanned: (Cell) -> Bool = { _ in true }
  /// The first cell of a merged trial asks.
  var figures: (Cell) -> Figures = { _ in Figures(test: 0.8) }
  var status: (Cell) -> TrialStatus = { _ in .done }

  var cells: [Cell] {
    var cells: [Cell] = []
    for seed in seeds {
      for pool in pools {
        for rate in rates {
          for placement in placements {
            for kind in kinds {
              cells.append(
                Cell(rate: rate, placement: placement, kind: kind, pool: pool, seed: seed))
            }
          }
        }
      }
    }
    return cells.filter(isPlanned)
  }

  func build() -> SweepResults {
    var canonical: [Cell: Int] = [:]
    var trials: [Cell] = []
    var planned: [PlannedCell] = []
    var asked: [Cell] = []
    for cell in cells {
      var key = cell
      if cell.rate == 0 { (key.placement, key.kind) = ("", "") }
      let trial = canonical[key] ?? trials.count
      planned.append(PlannedCell(trial: trial, rule: canonical[key] == nil ? "" : "rate 0"))
      if canonical[key] == nil {
        canonical[key] = trial
        trials.append(key)
        asked.append(cell)
      }
    }
    let status = asked.map(self.status)
    let figures = asked.map(self.figures)
    func rows(_ value: (Figures) -> Double) -> [[Float]] {
      zip(figures, status).map {
        $1 == .done ? [Float(value($0) / 2), Float(value($0))] : []
      }
    }
    return SweepResults(
      title: "First look", question: "Should dropout stand before or after pooling?",
      trialIDs: trials.indices.map { trial in
        TrialID(bytes: (0..<16).map { UInt8(truncatingIfNeeded: trial >> (8 * $0)) })
      },
      trialColumns: columns(trials) + [
        Column(
          name: "batch", path: "batch", values: .integer(trials.map { _ in 32 }))
      ],
      status: status,
      messages: status.map { $0 == .diverged ? "the training loss is not a number" : "" },
      epochsRun: status.map { $0 == .done ? 2 : 0 },
      durations: status.map { $0 == .done ? 1.5 : .nan },
      metrics: [
        .trainAccuracy: rows(\.trainAccuracy), .testAccuracy: rows(\.testAccuracy),
        .testLoss: rows(\.testLoss), .trainLoss: rows { 1 - $0.trainAccuracy },
      ],
      cells: planned, cellColumns: columns(cells), comparisons: comparisons)
  }

  private func columns(_ cells: [Cell]) -> [Column] {
    [
      Column(name: "rate", path: "dropout.rate", values: .real(cells.map(\.rate))),
      Column(name: "kind", path: "dropout.kind", values: .text(cells.map(\.kind))),
      Column(name: "placement", path: "dropout.placement", values: .text(cells.map(\.placement))),
      Column(name: "pool", path: "network.pool", values: .text(cells.map(\.pool))),
      Column(name: "seed", path: "seed", values: .integer(cells.map(\.seed))),
    ]
  }
}

/// Standard normal numbers from a counter: the sum of twelve uniforms, less six.
struct Noise {
  private var counter: UInt64

  init(stream: UInt64) { counter = stream << 40 }

  mutating func next() -> Double {
    var sum = -6.0
    for _ in 0..<3 {
      var bits = SignFlip.bits(counter)
      counter += 1
      for _ in 0..<4 {
        sum += (Double(bits & 0xFFFF) + 0.5) / 65536
        bits >>= 16
      }
    }
    return sum
  }
}
