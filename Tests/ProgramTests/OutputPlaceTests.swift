import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// What `-o` and its like may write to, and what they leave alone.
@Suite struct OutputPlaceTests {
  private func workplace() async throws -> Program.Workplace {
    let workplace = try Program.Workplace()
    _ = try workplace.write(LostOutputTests.grid, as: "grid.yaml")
    let run = try await Program.run(["run", "grid.yaml", "-o", "a.h5"], in: workplace)
    #expect(run.code == 0, "\(run.errors)")
    return workplace
  }

  @Test func noOutputTakesAResultsFileOrAnInput() async throws {
    let workplace = try await workplace()
    try FileManager.default.linkItem(atPath: workplace.path("a.h5"), toPath: workplace.path("b.md"))
    try FileManager.default.createSymbolicLink(
      atPath: workplace.path("link.xml"), withDestinationPath: "a.h5")
    _ = try workplace.write("mine", as: "text.md")
    let names = ["a.h5", "grid.yaml", "b.md", "text.md"]
    let before = try names.map(workplace.contents)
    for (command, code) in [
      ("plan grid.yaml -o a.h5 --force", UserError.Code.badInput),
      ("plan grid.yaml -o b.md --force", .badFile), ("plan grid.yaml -o grid.yaml", .badFile),
      ("plan grid.yaml -o ./grid.yaml --force", .badFile), ("plan - -o grid.yaml", .badFile),
      ("plan - -o grid.yaml --force < grid.yaml", .badFile),
      ("report a.h5 --markdown -o a.h5 --force", .badFile),
      ("report a.h5 -o b.md --force", .badFile), ("report a.h5 -o text.md", .badFile),
      ("compare a.h5 a.h5 --junit a.h5 --force", .badFile),
      ("compare a.h5 a.h5 --junit link.xml --force", .badFile),
      ("compare a.h5 a.h5 --summary b.md --force", .badFile),
      ("export json a.h5 -o b.md --force", .badFile),
      ("export safetensors a.h5 -o a.h5 --force", .badInput),
      ("report a.h5 -o a.pdf", .badInput), ("report a.h5 --markdown -o a.html", .badInput),
      ("run -", .badInput),
    ] {
      let outcome = try await Program.shell("\"$dropgrid\" \(command)", in: workplace)
      #expect([code.rawValue, 4].contains(outcome.code), "\(command): \(outcome.code)")
      #expect(!outcome.errors.isEmpty)
      #expect(try names.map(workplace.contents) == before, "\(command)")
      #expect(!FileManager.default.fileExists(atPath: workplace.path("a.pdf")))
    }
    let forced = try await Program.run(
      ["report", "a.h5", "-o", "text.md", "--force"], in: workplace)
    #expect(forced.code == 0, "\(forced.errors)")
  }

  @Test func whatACommandMadeIsRemadeWithoutAsking() async throws {
    let workplace = try await workplace()
    for command in [
      "plan grid.yaml -o plan.json", "report a.h5 -o a.md", "compare a.h5 a.h5 --junit a.xml",
      "compare a.h5 a.h5 --summary s.md",
    ] {
      for _ in 0..<2 {
        let outcome = try await Program.shell("\"$dropgrid\" \(command)", in: workplace)
        #expect(outcome.code == 0, "\(command): \(outcome.errors)")
      }
    }
    let crossed = try await Program.run(
      ["report", "a.h5", "--markdown", "-o", "plan.json"], in: workplace)
    #expect(crossed.code == UserError.Code.badFile.rawValue, "a plan is no report")
    let run = try await Program.run(["run", "--plan", "plan.json", "-o", "p.h5"], in: workplace)
    #expect(run.code == 0, "\(run.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: workplace.url.path)
    #expect(!names.contains { $0.hasPrefix(".") })
  }

  @Test func whatIsNoRegularFileIsWrittenInto() async throws {
    let workplace = try await workplace()
    #expect(mkfifo(workplace.path("fifo"), 0o600) == 0)
    for script in [
      "cat fifo > got & \"$dropgrid\" report a.h5 --markdown -o fifo; wait",
      "\"$dropgrid\" report a.h5 --markdown -o >(cat > got); sleep 0.5",
      "\"$dropgrid\" report a.h5 --markdown -o /dev/stdout > got",
      "\"$dropgrid\" report a.h5 --markdown -o /dev/fd/3 3> got",
      "\"$dropgrid\" report a.h5 --markdown -o - > got",
    ] {
      let outcome = try await Program.shell(script, in: workplace)
      #expect(outcome.code == 0, "\(script): \(outcome.errors)")
      let text = String(decoding: try workplace.contents("got"), as: UTF8.self)
      #expect(text.hasPrefix("# ") && text.hasSuffix("\n"), "\(script): \(text.prefix(80))")
    }
    let log = try await Program.shell(
      "echo first > got; \"$dropgrid\" plan grid.yaml -o /dev/stdout >> got", in: workplace)
    #expect(log.code == 0)
    let text = String(decoding: try workplace.contents("got"), as: UTF8.self)
    #expect(text.hasPrefix("first\n{") && text.hasSuffix("}\n"))

    guard let null = workplace.device("null", minor: 3), let full = workplace.device("full") else {
      return
    }
    let out = try await Program.run(["report", "a.h5", "--markdown", "-o", null], in: workplace)
    #expect(out.code == 0, "\(out.errors)")
    let lost = try await Program.run(["plan", "grid.yaml", "-o", full], in: workplace)
    #expect(lost.code == UserError.Code.badFile.rawValue)
    #expect(lost.errors.contains("No space left on device"))
    for path in [null, full] {
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }
  }

  @Test func aGridComesFromStandardInput() async throws {
    let workplace = try await workplace()
    let plan = try await Program.shell("\"$dropgrid\" plan - seed=1 < grid.yaml", in: workplace)
    #expect(plan.code == 0 && plan.output.contains("Trials    2"), "\(plan.output) \(plan.errors)")
    let wrong = try await Program.shell("echo 'rates: 1' | \"$dropgrid\" plan -", in: workplace)
    #expect(wrong.errors.hasPrefix("dropgrid: standard input:1:1: "), "\(wrong.errors)")
    let run = try await Program.shell("\"$dropgrid\" run - -o i.h5 < grid.yaml", in: workplace)
    #expect(run.code == 0, "\(run.errors)")
    #expect(try Recorded(workplace.path("i.h5")) == Recorded(workplace.path("a.h5")))
    let closed = try await Program.shell("\"$dropgrid\" plan - <&-", in: workplace)
    #expect(closed.code == UserError.Code.badFile.rawValue, "\(closed.errors)")
    if let zero = workplace.device("zero", minor: 5) {
      let endless = try await Program.run(["plan", zero], in: workplace)
      #expect(endless.errors.contains("more than 16 MiB"), "\(endless.errors)")
    }
  }

  /// As a user copies it.
  @Test func hintsAreQuoted() async throws {
    let workplace = try await workplace()
    let run = try await Program.run(["run", "grid.yaml", "-o", "it's mine.h5"], in: workplace)
    #expect(run.output.contains("dropgrid show 'it'\\''s mine.h5' --all"), "\(run.output)")
    #expect(run.output.contains("open_dataset(\"it's mine.h5\", "))
  }
}
