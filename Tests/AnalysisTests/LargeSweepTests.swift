import Analysis
import ExperimentModel
import Foundation
import Testing

/// Figures of the fast ways are those of the plain ones, and time follows the size.
@Suite struct LargeSweepTests {
  private static func noise(_ count: Int, _ stream: UInt64) -> [Double] {
    var noise = Noise(stream: stream)
    return (0..<count).map { _ in Double(Float(noise.next())) }
  }

  @Test(arguments: [31, 64, 65, 130, 300])
  func drawnSignsAreThoseOfTheGenerator(_ count: Int) {
    let differences = Self.noise(count, UInt64(count)).map { $0 + 0.2 }
    let words = (count + 63) / 64
    let threshold = abs(differences.reduce(0, +))
    var hits = 0
    for draw in 0..<SignFlip.draws {
      var sum = 0.0
      for index in 0..<count {
        let bits = SignFlip.bits(UInt64(draw * words + index / 64))
        sum += bits >> UInt64(index % 64) & 1 == 0 ? differences[index] : -differences[index]
      }
      if abs(sum) >= threshold { hits += 1 }
    }
    #expect(SignFlip.pValue(differences) == Double(1 + hits) / Double(1 + SignFlip.draws))
  }

  @Test(arguments: [20, 33])
  func samplesTogetherHaveTheIntervalsOfEachAlone(_ count: Int) {
    let samples = (0..<11).map { Self.noise(count, UInt64($0)) } + [[1, 2], [3]]
    let together = Bootstrap.intervals(samples)
    #expect(together == samples.map { Bootstrap.interval($0) })
    // By sorting the means of the same draws.
    let values = samples[0]
    var counter: UInt64 = 0
    let means = (0..<Bootstrap.resamples).map { _ -> Double in
      var sum = 0.0
      for index in 0..<count {
        let bits = SignFlip.bits(counter)
        let half = index % 2 == 0 ? bits >> 32 : bits & 0xFFFF_FFFF
        sum += values[Int((half * UInt64(count)) >> 32)]
        if index % 2 == 1 || index == count - 1 { counter += 1 }
      }
      return sum / Double(count)
    }.sorted()
    #expect(together[0].map { means[0]...means[means.count - 1] ~= $0.lowerBound } == true)
    #expect(means.contains { abs($0 - (together[0]?.lowerBound ?? 0)) < 0.01 })
  }

  /// Arms × seeds with figures that differ, and one seed in nine of one arm that failed.
  static func sweep(arms: Int, seeds: Int) -> SweepResults {
    var cells: [WrittenSweep.Cell] = []
    cells.reserveCapacity(arms * seeds)
    for seed in 0..<seeds {
      for arm in 0..<arms {
        let bits = SignFlip.bits(UInt64(seed * arms + arm))
        let isBad = arm == 1 && seed % 9 == 4
        cells.append(
          .init(
            [
              "rate": .real(Double(arm / 2) / Double(arms)),
              "placement": .text(arm % 2 == 0 ? "before-pool" : "after-pool"),
              "seed": .real(Double(seed)),
            ], accuracy: 0.7 + Double(bits >> 48) / 1e6, status: isBad ? .failed : .done))
      }
    }
    return WrittenSweep(
      names: ["rate", "placement", "seed"], cells: cells,
      comparisons: [
        Comparison(factor: "rate", by: ["placement"]), Comparison(factor: "placement", by: []),
      ]
    ).build()
  }

  /// Seconds that this thread computes: other tests run beside it.
  private func time(_ work: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    let start = now()
    try work()
    return now() - start
  }

  /// Eight times the trials take eight times as long, more or less: 64 times would be a square.
  @Test(arguments: [(10, 40, 10, 320), (4, 100, 4, 800), (16, 10, 128, 10)])
  func timeFollowsTheTrials(_ small: Int, _ seeds: Int, _ large: Int, _ more: Int) throws {
    let (first, second) = (
      Self.sweep(arms: small, seeds: seeds), Self.sweep(arms: large, seeds: more)
    )
    func best(_ results: SweepResults, _ work: (SweepResults) throws -> Int) rethrows -> Double {
      try (0..<3).map { _ in try time { _ = try work(results) } }.min() ?? 0
    }
    let works: [(SweepResults) throws -> Int] = [
      { try TrialTable($0).text(limit: nil).utf8.count },
      { try Summary($0).text().utf8.count }, { try CellFigures.all($0).count },
    ]
    for work in works {
      let ratio = try best(second, work) / max(1e-3, best(first, work))
      #expect(ratio < 30, "\(ratio)")
    }
  }

  /// Every second seed lacks a cell: 5,000 levels are left out one by one.
  @Test func manyBrokenSeedsAreLeftOutInTime() throws {
    var results = Self.sweep(arms: 2, seeds: 10_000)
    for trial in stride(from: 0, to: 20_000, by: 4) { results.status[trial] = .failed }
    let table = try SweepTable(results)
    var left = 0
    let seconds = try time { left = try table.crossedGrid().seeds.count }
    #expect(left < 5_000 && seconds < 5, "\(left) seeds, \(seconds) s")
  }
}
