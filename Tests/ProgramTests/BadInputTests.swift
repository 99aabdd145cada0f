import ExperimentModel
import Foundation
import Testing

/// One message and one exit code for everything that can be wrong, and nothing overwritten.
@Suite struct BadInputTests {
  static let sound = """
    data: {name: fashion-mnist-mini, train: 64, test: 32}
    epochs: 1
    """

  @Test(arguments: [
    ("rates: 1", "grid.yaml:1:1: ", UserError.Code.badInput),
    ("dropout: {rate: 1}", "rate", .badInput),
    ("dropout: {rate: often}", "rate", .badInput),
    ("model: {name: m, blocks: [{filters: 8, kernel: 31, padding: valid}]}", "valid", .badInput),
    ("data: {name: fashion-mnist-mini, train: 2001}", "2001", .badInput),
    ("data: no-such-data", "no-such-data", .badInput),
    ("data: idx:/no/such/directory", "/no/such/directory", .badData),
    ("data: idx:/proc/self/status/x", "Not a directory", .badData),
    ("a: [1", "grid.yaml:", .badInput),
    ("", "grid.yaml", .badInput),
  ])
  func gridsThatMakeNoSense(text: String, part: String, code: UserError.Code) async throws {
    let workplace = try Program.Workplace()
    let grid = try workplace.write(text, as: "grid.yaml")
    for command in [["plan", "grid.yaml"], ["run", "grid.yaml", "-o", "out.h5"]] {
      let outcome = try await Program.run(command, in: workplace)
      #expect(outcome.code == code.rawValue, "\(outcome.errors)")
      #expect(outcome.errors.hasPrefix("dropgrid: "))
      #expect(outcome.errors.contains(part), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: workplace.path("out.h5")))
    }
    _ = grid
  }

  /// The exit code arrives where the message cannot.
  @Test(arguments: ["2>/dev/full", "2>&-"])
  func anErrorThatNobodyCanRead(redirection: String) async throws {
    let workplace = try Program.Workplace()
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "exec \"$0\" plan none.yaml \(redirection)", Program.url.path]
    process.currentDirectoryURL = workplace.url
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in end.finish() }
    try process.run()
    for await _ in ended {}
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == UserError.Code.badFile.rawValue)
  }

  @Test func aLogNeverTakesAnotherFilesPlace() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.sound, as: "grid.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: workplace.path("link"), withDestinationPath: "out.h5")
    let grid = try Data(contentsOf: URL(filePath: workplace.path("grid.yaml")))
    for name in [
      "out.h5", "out.h5.dropgrid-tmp", "out.h5.dropgrid-lock", "link", "grid.yaml", "no/log", ".",
    ] {
      let outcome = try await Program.run(
        ["run", "grid.yaml", "-o", "out.h5", "--log", name], in: workplace)
      #expect([2, 4].contains(outcome.code), "\(name): \(outcome.errors)")
      #expect(outcome.errors.contains("--log"))
    }
    #expect(try Data(contentsOf: URL(filePath: workplace.path("grid.yaml"))) == grid)
    let sound = try await Program.run(
      ["run", "grid.yaml", "-o", "out.h5", "--log", "log"], in: workplace)
    #expect(sound.code == 0, "\(sound.errors)")
    #expect(
      try await Program.run(["verify", "out.h5"], in: workplace).output.contains("is sealed"))
  }

  @Test func missingAndUnwritablePlaces() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.sound, as: "grid.yaml")
    for (arguments, code) in [
      (["plan", "none.yaml"], UserError.Code.badFile),
      (["run", "grid.yaml", "-o", "/proc/none/out.h5"], .badFile),
      (["run", "grid.yaml", "-o", "missing/out.h5"], .badFile),
      (["show", "none.h5"], .badFile), (["show", "grid.yaml"], .badFile),
      (["run", "grid.yaml", "--jobs", "0"], .badInput), (["run"], .badInput),
      (["dance"], .badInput), (["run", "grid.yaml", "--rate", "1"], .badInput),
      (["status", "none.h5"], .badFile), (["verify", "grid.yaml"], .badFile),
      (["merge", "none.h5", "-o", "out.h5"], .badFile), (["merge", "-o", "out.h5"], .badInput),
      (["verify", "none.h5", "--retrain", "-1"], .badInput),
      (["run", "grid.yaml", "--shard", "0/2"], .badInput),
      (["run", "grid.yaml", "--shard", "3/2"], .badInput),
      (["run", "grid.yaml", "--retries", "-1"], .badInput),
      (["run", "grid.yaml", "--trial-timeout", "soon"], .badInput),
      (["run", "grid.yaml", "--max-time", "nan"], .badInput),
      (["run", "grid.yaml", "--checkpoint-every", "1e99h"], .badInput),
    ] {
      let outcome = try await Program.run(arguments, in: workplace)
      #expect(outcome.code == code.rawValue, "\(arguments): \(outcome.errors)")
      #expect(!outcome.errors.isEmpty)
    }
  }

  @Test func anotherGridsFileIsLeftAlone() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.sound, as: "grid.yaml")
    _ = try workplace.write(Self.sound + "\nbatch: 16", as: "other.yaml")
    let notResults = try workplace.write("precious", as: "text.h5")
    #expect(try await Program.run(["run", "grid.yaml", "-o", "out.h5"], in: workplace).code == 0)
    let before = try Data(contentsOf: workplace.url.appending(path: "out.h5"))
    let mismatch = try await Program.run(["run", "other.yaml", "-o", "out.h5"], in: workplace)
    #expect(mismatch.code == UserError.Code.mismatch.rawValue)
    #expect(mismatch.output.isEmpty, "a plan that is refused is not shown")
    #expect(try Data(contentsOf: workplace.url.appending(path: "out.h5")) == before)
    let foreign = try await Program.run(["run", "grid.yaml", "-o", "text.h5"], in: workplace)
    #expect(foreign.code == UserError.Code.badFile.rawValue)
    #expect(try Data(contentsOf: URL(filePath: notResults)) == Data("precious".utf8))
  }

  @Test(arguments: [
    (["--shard", "3/2"], "there is no part 3 of 2"), (["--shard", "half"], "a shard is I/N"),
    (["-j", "0"], "a whole number from 1"), (["--max-time", "soon"], "90s, 10m, 2h"),
    (["--retries", "x"], "a whole number from 0"),
  ])
  func optionsSayWhatTheyTake(option: [String], reason: String) async throws {
    let workplace = try Program.Workplace()
    let outcome = try await Program.run(["run", "grid.yaml"] + option, in: workplace)
    #expect(outcome.code == UserError.Code.badInput.rawValue)
    #expect(outcome.errors.contains(reason), "\(outcome.errors)")
  }

  @Test func helpAndVersion() async throws {
    let workplace = try Program.Workplace()
    for arguments in [["--help"], ["run", "--help"], ["--version"]] {
      let outcome = try await Program.run(arguments, in: workplace)
      #expect(outcome.code == 0)
      #expect(outcome.errors.isEmpty)
      #expect(!outcome.output.isEmpty)
    }
  }
}
