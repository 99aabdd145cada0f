import ExperimentModel
import Testing

/// Other people's words reach terminals, shells and spreadsheets as words.
@Suite struct PlainTextTests {
  private func lines(_ text: String, tints: [String] = []) -> String {
    String(decoding: PlainText.lines(text, tints: tints), as: UTF8.self)
  }

  @Test func nothingMovesTheCursor() {
    #expect(lines("a\u{1B}[2Jb\u{9B}31mc\u{7F}\u{8}d\re") == "a [2Jb 31mc  d e")
    #expect(lines("±1\t…\r\nx\n") == "±1\t…\r\nx\n")
    #expect(lines("a\u{202E}b\u{2066}c\u{200D}") == "a b c\u{200D}")
    #expect(PlainText.line("a\nb\tc\u{1B}]0;x\u{7}") == "a b c ]0;x ")
    #expect(PlainText.line("plain ± …") == "plain ± …")
  }

  @Test func whatTheProgramItselfTintsStays() {
    let tints = ["\u{1B}[0m", "\u{1B}[1m"]
    #expect(lines("\u{1B}[1mA\u{1B}[0m\u{1B}[8mB", tints: tints) == "\u{1B}[1mA\u{1B}[0m [8mB")
  }

  @Test func jsonMeansTheSame() {
    let json = String(
      decoding: PlainText.json("{\"a\": \"x\u{9B}y\u{7F}\u{202E}é\"}\n"), as: UTF8.self)
    #expect(json == "{\"a\": \"x\\u009by\\u007f\\u202eé\"}\n")
  }

  @Test(arguments: [
    ("first-look.h5", "first-look.h5"), ("a b.h5", "'a b.h5'"), ("it's", "'it'\\''s'"),
    ("$(x)", "'$(x)'"), ("", "''"), ("-rf", "./-rf"), ("é", "'é'"),
  ])
  func aNameIsOneWordOfAShell(name: String, word: String) {
    #expect(name.shellWord == word)
  }

  @Test(arguments: [
    ("=1+1", "'=1+1"), ("+x", "'+x"), ("-0.5", "-0.5"), ("-x,y", "\"'-x,y\""), ("@a", "'@a"),
    ("\tx", "'\tx"), ("a=b", "a=b"), ("a\u{1B}[2J", "a [2J"), ("say \"no\"", "\"say \"\"no\"\"\""),
    ("＝1", "'＝1"),
  ])
  func aFieldIsNoFormula(text: String, field: String) {
    #expect(CSVField.record([text]) == field)
  }
}
