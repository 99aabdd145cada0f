import ExperimentModel
import GridPlanner

/// Images that the corpus names, and shapes that make networks fail.
private let cards: [String: DatasetCard] = {
  let shapes = [
    ("fashion-mnist-mini", 28, 1, 2000), ("fashion-mnist", 28, 1, 60000), ("idx:tiny", 4, 1, 10),
    ("random:28x28x1,classes=10,train=200,test=100,seed=1", 28, 1, 200),
  ]
  let cards = shapes.map { name, side, channels, images in
    DatasetCard(
      name: name, shape: ImageShape(height: side, width: side, channels: channels), classes: 10,
      train: images, test: images / 2, fingerprint: "fingerprint of \(name)")
  }
  return Dictionary(uniqueKeysWithValues: cards.map { ($0.name, $0) })
}()

/// What libFuzzer calls: a grid file, and overrides behind zero bytes.
///
/// Whatever the bytes are, they are a plan or errors with a place, and soon. What is a plan is the
/// same plan when it is read as a results file keeps it, and adds nothing to itself.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzGrids(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: bytes, count: count)
  let parts = input.split(separator: 0, omittingEmptySubsequences: false)
  let overrides = parts.dropFirst().prefix(4).map { String(decoding: $0, as: UTF8.self) }
  do throws(GridError) {
    let grid = try GridFile.parse(bytes: Array(parts[0]), name: "g", overrides: overrides)
    guard grid.count().value < 2000 else { return 0 }
    let known = grid.dataNames.allSatisfy { cards[$0] != nil }
    guard known else { return 0 }
    let plan = try grid.layOut(cards: cards, numericsVersion: 1)
    precondition(plan.cellCount >= plan.trialCount && plan.trialCount > 0)
    let again: PlannedGrid
    do {
      again = try GridFile.parse(recorded: grid.text, name: "g")
        .layOut(extending: [grid], cards: cards, numericsVersion: 1)
    } catch {
      fatalError("a grid that was read is not read again: \(error)")
    }
    precondition(again.cellCount == plan.cellCount && again.trialCount == plan.trialCount)
    for row in 0..<min(20, plan.trialCount) {
      precondition(plan.trial(row).id == again.trial(row).id)
    }
  } catch {
    precondition(!error.issues.isEmpty)
    precondition(error.issues.allSatisfy { $0.position.line >= 0 && !$0.message.isEmpty })
  }
  return 0
}
