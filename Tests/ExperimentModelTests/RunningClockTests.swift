import ExperimentModel
import Synchronization
import Testing

@Suite struct RunningClockTests {
  /// A wall clock and a thread's clock that are set by hand.
  private final class Clocks: Sendable {
    let times = Mutex((wall: Duration.zero, computed: Duration.zero))

    func pass(_ wall: Double, computing computed: Double) {
      times.withLock {
        $0.wall += .seconds(wall)
        $0.computed += .seconds(computed)
      }
    }

    func clock() -> RunningClock { RunningClock { self.times.withLock { $0 } } }
  }

  @Test func aLongStepCountsInFull() {
    let clocks = Clocks()
    let clock = clocks.clock()
    clocks.pass(30, computing: 30)
    #expect(clock.seconds == 30)
  }

  @Test func waitingForLessThanASecondCounts() {
    let clocks = Clocks()
    let clock = clocks.clock()
    clocks.pass(0.5, computing: 0)
    #expect(clock.seconds == 0.5)
    clocks.pass(0.5, computing: 0)
    #expect(clock.seconds == 1)
  }

  @Test func aProcessThatStandsStillRunsForASecondAtMost() {
    let clocks = Clocks()
    let clock = clocks.clock()
    clocks.pass(0.25, computing: 0.25)
    #expect(clock.seconds == 0.25)
    clocks.pass(20, computing: 0.25)
    #expect(clock.seconds == 1.5)
  }

  @Test func anotherThreadsClockTakesNothingBack() {
    let clocks = Clocks()
    let clock = clocks.clock()
    clocks.pass(0.5, computing: -100)
    #expect(clock.seconds == 0.5)
  }
}
