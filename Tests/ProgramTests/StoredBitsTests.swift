import Foundation
import Testing

/// Results of earlier versions of the program come out of this one to the bit.
///
/// `Tests/Stored` holds a sweep of its `bits.yaml`, whose bits are those of every instruction set.
/// Where a change of the numbers is meant, raise `Engine.numericsVersion` and make it anew:
/// `dropgrid run bits.yaml -o bits.h5`.
@Suite struct StoredBitsTests {
  @Test(arguments: ["avx512", "avx2", "scalar"])
  func theStoredSweepTrainsToTheSameBits(isa: String) async throws {
    let workplace = try Program.Workplace()
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let gzip = Process()
    gzip.executableURL = URL(filePath: "/bin/gzip")
    gzip.arguments = ["-dc", tests.appending(path: "Stored/bits.h5.gz").path]
    gzip.standardOutput = try workplace.newFile("bits.h5")
    try gzip.run()
    gzip.waitUntilExit()
    try #require(gzip.terminationStatus == 0)

    let outcome = try await Program.run(
      ["verify", "bits.h5", "--retrain", "13", "--isa", isa], in: workplace)
    if outcome.errors.contains("this machine has not got") { return }
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("13 trials trained anew ended in the same bits"))
  }
}
