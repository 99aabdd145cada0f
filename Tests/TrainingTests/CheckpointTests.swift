import ExperimentModel
import TensorCore
import Testing
import Training

/// A trial that is cut off and goes on from its checkpoint ends in the same bits.
@Suite struct CheckpointTests {
  static let dropout = [
    DropoutSpec(site: .beforePool(block: 1), kind: .elementWise, rate: 0.3),
    DropoutSpec(site: .dense(layer: 1), kind: .elementWise, rate: 0.5),
  ]

  /// Without the clock's figures.
  static func bits(_ record: TrialRecord) -> TrialRecord {
    var record = record
    record.duration = 0
    record.finishedAt = 0
    return record
  }

  /// 40 images in batches of 16 and 3 epochs: 9 steps, and 6 evaluations that can be cut off too.
  @Test(arguments: [1, 2, 3, 4, 5, 6, 9, 14])
  func everyPlaceToStopIsAPlaceToGoOn(pauses: Int) throws {
    let job = try TrainerTests.job(dropout: Self.dropout)
    let whole = Self.bits(try job.trainer().run())
    var last: [UInt8]?
    var runs = 0
    while true {
      runs += 1
      try #require(runs < 40)
      var asked = 0
      do {
        let record = try job.trainer().run(
          checkpoints: Checkpoints(interval: .infinity, last: last) { last = $0 },
          isCancelled: {
            asked += 1
            return asked > pauses
          })
        #expect(Self.bits(record) == whole)
        break
      } catch is CancellationError {}
      // One pause is the state that was restored, so with one a run gets nowhere.
      if pauses == 1 && runs > 3 { break }
    }
    #expect(pauses == 1 || runs > 1)
  }

  @Test func aStateIsKeptAfterEveryIntervalAndEachIsEnough() throws {
    let job = try TrainerTests.job(dropout: Self.dropout, validation: 8)
    let whole = Self.bits(try job.trainer().run())
    var states: [[UInt8]] = []
    let record = try job.trainer().run(
      checkpoints: Checkpoints(interval: 0, last: nil) { states.append($0) })
    #expect(Self.bits(record) == whole, "keeping states changes nothing")
    #expect(states.count == 9 + 9, "one before every step and evaluation")
    for state in states {
      var epochs: [Int] = []
      let resumed = try job.trainer().run(
        checkpoints: Checkpoints(interval: .infinity, last: state) { _ in },
        onEpoch: { epoch, _ in epochs.append(epoch) })
      #expect(Self.bits(resumed) == whole)
      #expect(epochs.last == 3 && epochs.count <= 3)
    }
  }

  @Test func aStateThatDoesNotFitIsAsGoodAsNone() throws {
    let job = try TrainerTests.job()
    let whole = Self.bits(try job.trainer().run())
    var states: [[UInt8]] = []
    _ = try job.trainer().run(
      checkpoints: Checkpoints(interval: 0, last: nil) { states.append($0) })
    let good = states[4]
    var wrongs: [[UInt8]] = [[], [1, 2, 3], Array(good.dropLast()), good + [0]]
    // Version, epoch, position, step, counts and lengths: the first 72 bytes, one by one.
    for index in 0..<72 {
      var wrong = good
      wrong[index] ^= 0x80
      wrongs.append(wrong)
    }
    for wrong in wrongs {
      let record = try job.trainer().run(
        checkpoints: Checkpoints(interval: .infinity, last: wrong) { _ in })
      #expect(record.epochsRun == 3)
      // Sums and times have no impossible bits; everything that places the state does.
      if wrong.count != good.count { #expect(Self.bits(record) == whole) }
    }
    // A state of a longer trial, and of another network.
    var longer: [[UInt8]] = []
    _ = try TrainerTests.job(epochs: 6).trainer().run(
      checkpoints: Checkpoints(interval: 0, last: nil) { longer.append($0) })
    let late = try #require(longer.last)
    let record = try job.trainer().run(
      checkpoints: Checkpoints(interval: .infinity, last: late) { _ in })
    #expect(Self.bits(record) == whole)
  }

  @Test func aTrialThatNeverStepsKeepsNothing() throws {
    var kept = 0
    #expect(throws: CancellationError.self) {
      try TrainerTests.job().trainer().run(
        checkpoints: Checkpoints(interval: .infinity, last: nil) { _ in kept += 1 },
        isCancelled: { true })
    }
    #expect(kept == 0)
  }
}
