import ExperimentModel
import Foundation
import Scheduling
import Synchronization

/// A small deterministic generator, so that a failing order of events can be run again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// `count` planned trials that differ in nothing but their ids.
func planned(_ count: Int) -> [PlannedTrial] {
  (0..<count).map { index in
    let id = TrialID(bytes: (0..<16).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) })
    let spec = TrialSpec(
      network: NetworkSpec(name: "test", blocks: [], dense: []), dropout: [],
      optimiser: OptimiserSpec(learningRate: 0.1), batch: 1, epochs: 1,
      data: DataSpec(name: "none"), seed: Seed(1))
    return PlannedTrial(id: id, spec: spec, architecture: 0, flops: 1)
  }
}

struct TestError: Error, CustomStringConvertible {
  var description: String
}

/// What a test saw, from any thread.
final class Log<Element: Sendable>: Sendable {
  private let state = Mutex<[Element]>([])

  var all: [Element] { state.withLock { $0 } }

  func add(_ element: Element) { state.withLock { $0.append(element) } }

  func add(_ elements: [Element]) { state.withLock { $0 += elements } }
}

/// A trial's endless training: ends when the sweep stops it, and fails where nobody does.
func trainUntilCancelled(_ task: TrialTask, pause: UInt32 = 100) throws -> Never {
  let began = ContinuousClock.now
  while ContinuousClock.now - began < .seconds(120) {
    try task.checkCancellation()
    if pause > 0 { usleep(pause) }
  }
  throw TestError(description: "nobody cancelled trial \(task.index)")
}
