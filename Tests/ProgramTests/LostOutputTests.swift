import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// Output that cannot be written is a failure of every command, and a reader that goes away is none.
@Suite struct LostOutputTests {
  static let grid = """
    data: {name: fashion-mnist-mini, train: 96, test: 64}
    dropout: {rate: [0, 0.5]}
    epochs: 1
    seed: 1..3
    """

  private func workplace() async throws -> Program.Workplace {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.grid, as: "grid.yaml")
    let run = try await Program.run(["run", "grid.yaml", "-o", "a.h5"], in: workplace)
    #expect(run.code == 0, "\(run.errors)")
    return workplace
  }

  @Test func everyCommandSaysThatItsOutputIsLost() async throws {
    let workplace = try await workplace()
    let full = workplace.device("full")
    for command in [
      "--help", "--version", "help run", "run --help", "--generate-completion-script bash",
      "schema", "describe", "describe dropout --json", "show a.h5", "show a.h5 --json",
      "show a.h5 --answer", "show a.h5 --trial 0", "status a.h5", "status a.h5 --json",
      "plan grid.yaml", "plan grid.yaml --csv", "plan grid.yaml --count", "plan grid.yaml -o -",
      "report a.h5 --markdown -o -", "report a.h5 --markdown -o a.md", "compare a.h5 a.h5",
      "compare a.h5 a.h5 --gate --json", "compare a.h5 a.h5 --junit -", "export json a.h5",
      "export csv a.h5 -o tables --force", "export tensorboard a.h5 -o runs --force",
      "verify a.h5", "upgrade a.h5", "audit grid.yaml --pairs 1", "run grid.yaml -o a.h5",
    ] {
      for output in [full.map { "> '\($0)'" }, ">&-"].compactMap({ $0 }) {
        let outcome = try await Program.shell("\"$dropgrid\" \(command) \(output)", in: workplace)
        #expect(outcome.code == 74, "\(command) \(output): \(outcome.code) \(outcome.errors)")
        #expect(
          outcome.errors.split(separator: "\n").last?
            .hasPrefix("dropgrid: standard output cannot be written: ") == true,
          "\(command) \(output): \(outcome.errors)")
      }
    }
    let refused = try await Program.shell("\"$dropgrid\" show grid.yaml >&-", in: workplace)
    #expect(refused.code == UserError.Code.badFile.rawValue, "another failure comes first")
  }

  /// Descriptor 1 is free then, and the results file would have been opened as it.
  @Test func aSweepWithoutAnOutputIsWholeAndSound() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.grid, as: "grid.yaml")
    let run = try await Program.shell(
      "\"$dropgrid\" run grid.yaml -o a.h5 <&- >&- 2>&-", in: workplace)
    #expect(run.code == 74)
    let verify = try await Program.run(["verify", "a.h5"], in: workplace)
    #expect(verify.output.contains("sound; 6 of 6"), "\(verify.errors)")
  }

  @Test func aReaderThatGoesAwayEndsACommandQuietlyAndNoSweep() async throws {
    let workplace = try await workplace()
    func lost(_ command: String) async throws -> Program.Outcome {
      try await Program.shell(
        "(sleep 0.2; exec \"$dropgrid\" \(command)) | true; exit \"${PIPESTATUS[0]}\"",
        in: workplace)
    }
    for command in ["schema", "show a.h5", "--help", "plan grid.yaml", "export json a.h5"] {
      let outcome = try await lost(command)
      #expect(outcome.code == 128 + SIGPIPE, "\(command)")
      #expect(outcome.errors.isEmpty, "\(command): \(outcome.errors)")
    }
    let sweep = try await lost("run grid.yaml epochs=2 -o b.h5 2>&1")
    #expect(sweep.code == 0)
    #expect(try Recorded(workplace.path("b.h5")).finished == 6)
    let ignored = try await Program.shell(
      "trap '' PIPE; (sleep 0.2; exec \"$dropgrid\" schema) | true; exit \"${PIPESTATUS[0]}\"",
      in: workplace)
    #expect(ignored.code == 74)
    #expect(ignored.errors.contains("Broken pipe"))
  }

  /// Without a controlling terminal there is no SIGHUP, only writes that fail.
  @Test func aTerminalThatHangsUpEndsNoSweep() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.grid, as: "grid.yaml")
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN, which are macros that Swift does not read.
    var (lock, number): (Int32, UInt32) = (0, 0)
    guard master >= 0, ioctl(master, 0x4004_5431, &lock) == 0,
      ioctl(master, 0x8004_5430, &number) == 0
    else { return }
    let terminal = try #require(
      FileHandle(forUpdatingAtPath: "/dev/pts/\(number)"), "no terminal can be opened")
    let process = Process()
    process.executableURL = Program.url
    process.arguments = ["run", "grid.yaml", "-o", "a.h5", "-j", "1"]
    process.environment = ["TERM": "xterm"]
    process.currentDirectoryURL = workplace.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = terminal
    process.standardError = terminal
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in end.finish() }
    try process.run()
    try terminal.close()
    var bytes = [UInt8](repeating: 0, count: 100)
    _ = read(master, &bytes, bytes.count)
    close(master)
    for await _ in ended {}
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    #expect(try Recorded(workplace.path("a.h5")).finished == 6)
  }

  /// Foundation's words for a failure say neither what failed nor what to do.
  @Test func noMessageIsFoundations() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources").standardizedFileURL
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    var count = 0
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      count += 1
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(!text.contains("localizedDescription"), "\(file.lastPathComponent)")
    }
    #expect(count > 100)
  }

  /// What is printed goes through one writer that notices failures.
  @Test func nothingPrintsBesideTheWriter() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/dropgrid").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(
      at: sources, includingPropertiesForKeys: nil)
    #expect(files.count > 10)
    for file in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      let calls = text.matches(
        of: /(^|[^.\w])(debugPrint|print|puts|fputs)\(|standardOutput\.write/)
      #expect(calls.isEmpty, "\(file.lastPathComponent)")
    }
  }

  @Test func theVersionNamesTheCommit() async throws {
    let workplace = try Program.Workplace()
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../..").standardizedFileURL.path
    let git = try await Program.shell(
      "git --no-optional-locks -C '\(root)' rev-parse HEAD", in: workplace)
    guard git.code == 0 else { return }
    let version = try await Program.run(["--version"], in: workplace)
    #expect(version.output.contains(git.output.prefix(40)), "\(version.output)")
  }
}
