import Analysis
import ExperimentModel
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct GateTests {
  private func sweep(
    _ seeds: ClosedRange<Int64>, engine: String = "e1", stream: UInt64 = 0,
    loss: @escaping (SweepBuilder.Cell) -> Double = { _ in 0 }
  ) -> ComparedSweep {
    var builder = SweepBuilder()
    builder.seeds = seeds
    builder.figures = { cell in
      let arm =
        UInt64(cell.rate * 4) * 8 + (cell.kind == "spatial" ? 4 : 0)
        + (cell.pool == "max" ? 2 : 0) + (cell.placement == "after" ? 1 : 0)
      var noise = Noise(stream: (UInt64(cell.seed) * 64 + arm) * 16 + stream)
      return .init(test: 0.84 + 0.005 * noise.next() - loss(cell))
    }
    var results = builder.build()
    // Ids follow the seeds, as a planner's do.
    for index in results.trialIDs.indices {
      var bytes = results.trialIDs[index].bytes
      bytes[15] = UInt8(truncatingIfNeeded: seeds.lowerBound)
      results.trialIDs[index] = TrialID(bytes: bytes)
    }
    return ComparedSweep(name: "\(engine).h5", engine: engine, results: results)
  }

  private func compare(_ a: ComparedSweep, _ b: ComparedSweep, margin: Double = 1) throws
    -> SweepComparison
  { try SweepComparison(baseline: a, candidate: b, margin: margin) }

  @Test func theSameFileIsIdentical() throws {
    let comparison = try compare(sweep(1...10), sweep(1...10))
    #expect(comparison.verdict == .identical)
    #expect(comparison.arms.count == 18)
    #expect(comparison.sharedTrials == 180)
    #expect(comparison.timeRatio == 1)
    #expect(comparison.junit().contains("tests=\"19\" failures=\"0\" errors=\"0\" skipped=\"0\""))
  }

  @Test func otherBitsOfTheSameEngineFail() throws {
    let comparison = try compare(sweep(1...10), sweep(1...10, stream: 1))
    #expect(comparison.verdict == .differentBits)
    #expect(comparison.differentBits.count == 180)
    #expect(comparison.junit().contains("failures=\"18\""))
    // Another engine may have other bits; equal seeds are paired.
    let other = try compare(
      sweep(1...10), sweep(1...10, engine: "e2", stream: 1), margin: 2)
    #expect(other.verdict == .noHarm)
    #expect(other.arms.allSatisfy { $0.test.isPaired })
    #expect(!other.isSameEngine)
  }

  @Test func aLossInOneArmIsHarm() throws {
    let harmed = sweep(21...40) { cell in
      cell.rate == 0.5 && cell.kind == "spatial" && cell.pool == "max" && cell.placement == "after"
        ? 0.03 : 0
    }
    let comparison = try compare(sweep(1...20), harmed)
    #expect(comparison.verdict == .harm)
    let arms = comparison.arms.filter { $0.verdict == .harm }
    #expect(arms.count == 1)
    #expect(arms.first?.settings["placement"] == .text("after"))
    #expect(comparison.arms.allSatisfy { !$0.test.isPaired })
    #expect(comparison.text().contains("Harm: a loss of more than 1 point of test accuracy"))
    #expect(comparison.text().split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(comparison.markdown().hasPrefix("## ❌ Harm"))
    #expect(comparison.junit().contains("failures=\"1\""))
    // A gain is no harm.
    let better = try compare(harmed, sweep(1...20))
    #expect(better.verdict == .noHarm)
  }

  /// The verdict rests on the one-sided limit, which the table shows.
  @Test func theLimitAndTheVerdictAgree() throws {
    let comparison = try compare(
      sweep(1...10), sweep(1...10, engine: "e2", stream: 1), margin: 0.5)
    #expect(Set(comparison.arms.map(\.verdict)) == [.noHarm, .inconclusive])
    for arm in comparison.arms {
      let limit = try #require(arm.test.lowerLimit)
      #expect((limit > -0.005) == arm.test.isSound)
      #expect(try limit > #require(arm.test.interval).lowerBound)
    }
    let flat = comparison.text().replacing("\n", with: " ")
    #expect(flat.contains("At worst: the 95% limit of the change from below; above -0.5 it shows"))
    #expect(comparison.markdown().contains("| at worst |"))
  }

  @Test func twoSeedsJudgeNothing() throws {
    let comparison = try compare(sweep(1...2), sweep(1...2, engine: "e2", stream: 1), margin: 50)
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.arms.allSatisfy { $0.test.interval == nil && $0.test.lowerLimit == nil })
  }

  @Test func littleDataIsInconclusive() throws {
    let comparison = try compare(sweep(1...3), sweep(11...13), margin: 0.2)
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.sentence.hasPrefix("Inconclusive"))
    #expect(comparison.junit().contains("<skipped"))
    #expect(comparison.markdown().contains("❔"))
    let one = try compare(sweep(1...1), sweep(2...2))
    #expect(one.verdict == .inconclusive)
    #expect(one.arms.allSatisfy { $0.test.interval == nil })
  }

  @Test func missingArmsAndTrialsAreInconclusive() throws {
    var builder = SweepBuilder()
    builder.kinds = ["spatial"]
    builder.figures = { _ in .init(test: 0.84) }
    let small = ComparedSweep(name: "small", engine: "e2", results: builder.build())
    let comparison = try compare(sweep(1...10), small, margin: 2)
    #expect(comparison.missing.count == 8)
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.sentence.contains("8 arms of the baseline are not there"))
    let more = try compare(small, sweep(1...10))
    #expect(more.added.count == 8)
    var failing = sweep(1...10, engine: "e2", stream: 1)
    failing.results.status[7] = .diverged
    #expect(try compare(sweep(1...10), failing).sentence.contains("1 trial of the candidate is"))
  }

  @Test func mistakesAreOneError() throws {
    let sweep = sweep(1...2)
    for margin in [-1, Double.nan, 101] {
      #expect(throws: UserError.self) { try compare(sweep, sweep, margin: margin) }
    }
    var builder = SweepBuilder()
    (builder.pools, builder.seeds) = (["none"], 1...2)
    let other = ComparedSweep(name: "other", engine: "e1", results: builder.build())
    let error = #expect(throws: UserError.self) { try compare(sweep, other) }
    #expect(error?.message.contains("other has no arm of e1.h5") == true)
  }

  @Test func otherExperimentsAreRefused() throws {
    let first = sweep(1...4)
    var second = sweep(1...4)
    second.results.trialIDs[5] = TrialID(bytes: [UInt8](repeating: 9, count: 16))
    let error = #expect(throws: UserError.self) { try compare(first, second) }
    #expect(error?.code == .badInput)
    #expect(error?.message.contains("settings that are no columns") == true)
    // Another engine has ids of its own.
    second.engine = "e2"
    _ = try compare(first, second)
    second.results.epochsRun = second.results.epochsRun.map { $0 + 1 }
    let longer = #expect(throws: UserError.self) { try compare(first, second) }
    #expect(longer?.message.contains("trained 3 epochs where the baseline has 2") == true)
  }

  @Test func outputsAreEscapedAndShort() throws {
    var hostile = sweep(1...3, engine: "e2")
    let name = "</td>\"<script>&|`\u{1}"
    for index in hostile.results.trialColumns.indices
    where hostile.results.trialColumns[index].name == "pool" {
      hostile.results.trialColumns[index].values = .text(
        hostile.results.trialIDs.indices.map { $0 % 2 == 0 ? name : "max" })
    }
    var twin = hostile
    twin.name = "a`b"
    let comparison = try compare(twin, hostile)
    let parser = XMLParser(data: Data(comparison.junit().utf8))
    #expect(parser.parse())
    #expect(!comparison.markdown().contains("<script>"))
    let short = comparison.markdown(limit: 900)
    #expect(short.utf8.count <= 900)
    #expect(short.contains("more arms"))
  }

  // Welch's and the paired t test: st.ttest_ind(b, a, equal_var=False), st.ttest_rel(b, a).
  @Test func figuresAgreeWithSciPy() throws {
    let a = [0.84, 0.835, 0.8475, 0.839, 0.851], b = [0.835, 0.8345, 0.84, 0.8325, 0.8465, 0.831]
    func keyed(_ values: [Double], from: Int64) -> [SettingValue: Double] {
      Dictionary(
        uniqueKeysWithValues: values.enumerated().map { (.integer(from + Int64($0)), $1) })
    }
    let fresh = GateFamily(
      [GateSample(baseline: keyed(a, from: 0), candidate: keyed(b, from: 50))], margin: 0.2)
    let welch = try #require(fresh.arms.first)
    #expect(try abs(#require(welch.difference) - (-0.00591666666666657)) < 1e-12)
    #expect(try abs(#require(welch.interval).lowerBound - (-0.014554637882767897)) < 1e-10)
    #expect(try abs(#require(welch.interval).upperBound - (0.002721304549434757)) < 1e-10)
    #expect(try abs(#require(welch.harmP) - 0.1634518786228444) < 1e-10)
    #expect(try abs(#require(welch.soundP) - 0.8365481213771556) < 1e-10)
    let same = GateFamily(
      [GateSample(baseline: keyed(a, from: 0), candidate: keyed(Array(b[..<5]), from: 0))],
      margin: 0.2)
    let paired = try #require(same.arms.first)
    #expect(try abs(#require(paired.difference) - (-0.0047999999999999154)) < 1e-12)
    #expect(try abs(#require(paired.interval).lowerBound - (-0.008131734126237373)) < 1e-10)
    #expect(try abs(#require(paired.interval).upperBound - (-0.0014682658737625912)) < 1e-10)
    #expect(try abs(#require(paired.harmP) - 0.03997982327279277) < 1e-10)
    #expect(try abs(#require(paired.soundP) - 0.9600201767272072) < 1e-10)
    #expect(same.overall == nil)
  }

  /// A thousand nightlies with fresh seeds: 18 arms of 20 seeds a side, accuracies of 2,000 images
  /// with a deviation of 1 point between seeds, half of it shared by the arms of a seed.
  private func alarms(loss: (Int) -> Double, stream: UInt64, nights: Int = 1000) -> Int {
    var noise = Noise(stream: stream)
    func side(_ loss: (Int) -> Double, from seed: Int64) -> [[SettingValue: Double]] {
      var arms = [[SettingValue: Double]](repeating: [:], count: 18)
      for index in 0..<20 {
        let luck = noise.next()
        for arm in arms.indices {
          let points = 84 - loss(arm) + 0.5.squareRoot() * (luck + noise.next())
          arms[arm][.integer(seed + Int64(index))] = (points * 20).rounded() / 2000
        }
      }
      return arms
    }
    return (0..<nights).count { _ in
      let (a, b) = (side({ _ in 0 }, from: 1), side(loss, from: 1001))
      let family = GateFamily(
        zip(a, b).map { GateSample(baseline: $0, candidate: $1) }, margin: 2)
      return family.arms.contains { $0.isHarm } || family.overall?.isHarm == true
    }
  }

  @Test func thousandNightliesRaiseFewFalseAlarms() {
    #expect(alarms(loss: { _ in 0 }, stream: 101) == 0)
    // The worst that is no harm: every arm loses the margin itself.
    #expect(alarms(loss: { _ in 2 }, stream: 102) <= 4)
  }

  @Test func twiceTheMarginIsFound() {
    #expect(alarms(loss: { $0 == 7 ? 4 : 0 }, stream: 103, nights: 300) >= 270)
    #expect(alarms(loss: { _ in 4 }, stream: 104, nights: 100) >= 90)
  }
}
