import Foundation
import GridPlanner
import Testing

/// Text that is almost a grid: a plan or an error, never a trap, and the same every time.
@Suite struct MutationTests {
  /// A linear congruential generator (Knuth's MMIX): the same mutations in every run.
  private struct Random {
    var state: UInt64

    mutating func below(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(count, 1)))
    }
  }

  private static let pieces = [
    "[", "]", "{", "}", ":", ": ", ",", "..", "-", "0", "9", "1e9", ".5", "\n", "\n  ", "'", "\"",
    "#",
    "and ", "not ", "in ", "(", ")", "==", "<", "null", "true", "seed", "dropout", "rate", "zip:",
    "union:\n  - ", "when:", "if: ", "include:", "groups:", "sample: {count: 3}", "range",
    "linspace",
    "block1", "after-pool", "*", "&a", "é", "\u{202E}", "9223372036854775807", "-1", "max",
  ]

  private static func mutated(_ text: [Character], _ random: inout Random) -> String {
    var text = text
    for _ in 0...random.below(3) {
      let place = random.below(text.count)
      let length = min(random.below(12), text.count - place)
      let piece = Array(pieces[random.below(pieces.count)])
      switch random.below(4) {
      case 0: text.replaceSubrange(place..<place + length, with: piece)
      case 1: text.removeSubrange(place..<place + length)
      case 2: text.insert(contentsOf: piece, at: place)
      default:
        let part = Array(text[place..<place + length])
        text.insert(contentsOf: part, at: random.below(text.count))
      }
    }
    return String(text)
  }

  @Test(arguments: 0..<8) func mutatedGridsArePlansOrErrors(part: Int) throws {
    let manual = try read("docs/grids.md").components(separatedBy: "```yaml\n").dropFirst()
    let examples = manual.compactMap { $0.components(separatedBy: "```").first }.map(Array.init)
    var random = Random(state: UInt64(part) &+ 77)
    var (plans, errors) = (0, 0)
    for round in 0..<150 {
      let text = Self.mutated(examples[round % examples.count], &random)
      do {
        let grid = try GridFile.parse(text, name: "g")
        guard grid.count().value < 2000 else { continue }
        let laidOut = try grid.layOut(cards: cards, numericsVersion: 1)
        #expect(laidOut.cellCount >= laidOut.trialCount)
        plans += 1
      } catch {
        #expect(!error.issues.isEmpty)
        #expect(error.issues.allSatisfy { $0.position.line >= 1 && $0.message.count < 600 })
        errors += 1
      }
    }
    #expect(plans > 0 && errors > 0)
  }
}
