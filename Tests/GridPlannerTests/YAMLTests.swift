import GridPlanner
import Testing

/// Text that is no YAML, or YAML that is out to harm, is one error and soon.
@Suite struct YAMLTests {
  @Test(arguments: ["", "\n", "# only a comment\n", "---\n", "~"])
  func emptyTextIsAnError(text: String) {
    let found = problems(text)
    #expect(found.count == 1)
    #expect(
      found.first?.hasSuffix("the grid is empty; docs/grids.md shows one to start from") == true)
  }

  @Test(arguments: [
    (
      "batch: [1, 2",
      "g:2:1: not YAML: while parsing a flow sequence, did not find expected ',' or ']'"
    ),
    (
      "batch: 1\n\tepochs: 2",
      "g:2:1: not YAML: while scanning a plain scalar, found a tab character that violates indentation"
    ),
    (
      "batch: 1\n---\nbatch: 2",
      "g:2:1: not YAML: expected a single document in the stream, but found another document"
    ),
    ("batch: 1\nab\u{1}c: 2", "g:2:3: not YAML: control characters are not allowed"),
    (
      "title: 'x",
      "g:1:10: not YAML: while scanning a quoted scalar, found unexpected end of stream"
    ),
  ])
  func brokenTextSaysWhere(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  @Test(arguments: [
    (
      "batch: &b 8",
      "g:1:8: `&b` is a YAML anchor; grids have none: write the value where it is used"
    ),
    (
      "batch: *b",
      "g:1:8: `*b` is a YAML alias; grids have none: write the value itself, or put text that starts with * in quotes"
    ),
    (
      "*b : 8",
      "g:1:1: `*b` is a YAML alias; grids have none: write the value itself, or put text that starts with * in quotes"
    ),
    (
      "batch: !!int 8",
      "g:1:8: `tag:yaml.org,2002:int` is a YAML tag; grids have none: leave it out"
    ),
    ("data: !mine {name: x}", "g:1:7: `!mine` is a YAML tag; grids have none: leave it out"),
  ])
  func anchorsAliasesAndTagsAreErrors(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  @Test func starsInTextAreText() throws {
    let grid = try GridFile.parse(
      "title: dropout *before* or after\nquestion: '*why* \u{E000}?'\nseed: 1", name: "g")
    #expect(grid.title == "dropout *before* or after")
    #expect(grid.question == "*why* \u{E000}?")
  }

  @Test(.timeLimit(.minutes(1))) func aBillionLaughsAreNotFunny() {
    // Nine levels of nine: as values, and as a key, which a composer would hash in full.
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let alias = "*a\(level - 1)"
      text +=
        "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
    }
    text += "? [*a30, *a30]\n: 1\n"
    let start = ContinuousClock.now
    let found = problems(text)
    #expect(ContinuousClock.now - start < .seconds(1))
    #expect(found.contains { $0.contains("is a YAML anchor") })
    #expect(found.contains { $0.contains("is a YAML alias") })
  }

  /// By name: a failing test would print the text.
  static let hostile = [
    "unclosed lists": String(repeating: "[", count: 100_000),
    "closed lists": "batch: " + String(repeating: "[", count: 190)
      + String(repeating: "]", count: 190),
    "unclosed mappings": "batch: " + String(repeating: "{a: ", count: 100_000),
    "nested block lists": String(repeating: "- ", count: 100_000) + "x",
    "nested block keys": String(repeating: "? ", count: 100_000) + "x",
    "nested pairs": "batch: " + String(repeating: "[a: ", count: 190)
      + String(repeating: "]", count: 190),
    "nested block mappings": (0..<700).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
    "900 block lists": String(repeating: "- ", count: 900) + "x",
    "wide lists": "batch: [" + String(repeating: "[],", count: 100_000) + "]",
    "wide and deep": "batch: " + String(repeating: "[", count: 190)
      + String(repeating: "1,", count: 100_000),
    "deep brackets": "batch: " + String(repeating: "[", count: 900)
      + String(repeating: "1,", count: 400_000),
    "long text": "title: " + String(repeating: "x", count: 1_000_000),
    "long key": String(repeating: "x", count: 1_000_000) + ": 1",
    "many keys": (0..<20_000).map { "key\($0): 1\n" }.joined(),
    "stars": "title: [" + String(repeating: "*", count: 1_000_000),
  ]

  @Test(arguments: hostile.keys.sorted())
  func hostileShapesAreErrorsAndSoon(name: String) throws {
    let text = try #require(Self.hostile[name])
    let start = ContinuousClock.now
    let found = problems(text)
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { $0.count < 400 })
    // A tenth of it in release mode; the bound is for a busy machine in debug mode.
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test func unclosedBracketsAreFoundBeforeTheTextIsRead() {
    #expect(
      problems("seed: 1\n" + String(repeating: "[", count: 201)) == [
        "g:2:201: more than 200 brackets are open; close each [ and {"
      ])
  }

  @Test func nestingBeyondAnySettingIsAnError() {
    let deep = "batch: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(
      problems(deep) == [
        "g:1:23: nested deeper than any setting is; check the brackets and the indentation"
      ])
  }

  @Test func aFileOfMoreThanAMebibyteIsRefused() {
    let text = "seed: 1 #" + String(repeating: "x", count: 1 << 20)
    #expect(
      problems(text) == ["g:1:1: the file has 1,048,585 bytes; a grid file has at most 1 MiB"])
    #expect(problems("seed: 1 #" + String(repeating: "x", count: 1_000_000)).isEmpty)
  }

  @Test func everyPrivateCharacterTogetherIsRefused() {
    let all = String(
      String.UnicodeScalarView((0xE000...0xF8FF).compactMap { Unicode.Scalar(UInt32($0)) }))
    #expect(problems("title: '* \(all)'").first?.contains("every private character") == true)
  }

  @Test func bytesThatAreNoTextAreAnError() throws {
    let error = #expect(throws: GridError.self) {
      try GridFile.parse(bytes: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A], name: "x.h5")
    }
    #expect(error?.description == "x.h5:1:1: the file is not UTF-8 text, so it is no grid file")
    #expect(
      try GridFile.parse(bytes: Array("seed: 1..3".utf8), name: "g").combinations.integer == 3)
  }

  @Test func charactersThatActOnATerminalAreErrors() {
    #expect(
      problems("title: \"\\e[31mred\"") == ["g:1:8: title: holds a control character; leave it out"]
    )
    #expect(
      problems("data: \"idx:a\\nb\"") == [
        "g:1:7: data.name: `idx:a␣b` holds a control character; leave it out"
      ])
    #expect(problems("pool: \"\\u202Exam\"").first?.contains("`␣xam` is not known") == true)
  }

  @Test func lineEndingsAndByteOrderMarksAreWhiteSpace() throws {
    let grid = try GridFile.parse("\u{FEFF}batch: [8, 16]\r\nseed: 1..2\r\n", name: "g")
    #expect(grid.axes.map(\.levels) == [["8", "16"], ["1", "2"]])
    #expect(problems("batch: 8\r\nepochs: x\r\n").first?.hasPrefix("g:2:9: ") == true)
  }
}
