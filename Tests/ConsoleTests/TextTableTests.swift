import Console
import Testing

@Suite struct TextTableTests {
  @Test func numbersGoToTheRightAndTextToTheLeft() {
    var table = TextTable(columns: ["pool", "rate", "test_accuracy", "note"])
    table.append(["max", "0.25", "85.3%", ""])
    table.append(["average", "0", "-1e3", "merged"])
    table.append(["", "", "nan", "-"])
    #expect(
      table.lines() == [
        "pool     rate  test_accuracy  note",
        "-------  ----  -------------  ------",
        "max      0.25          85.3%",
        "average     0           -1e3  merged",
        "                         nan  -",
      ])
  }

  @Test func wideAndCombiningCharactersKeepTheColumnsInLine() {
    var table = TextTable(columns: ["name", "n"])
    table.append(["日本", "1"])
    table.append(["e\u{301}te\u{301}", "10"])
    table.append(["🎉!", "100"])
    #expect(
      table.lines(unicode: true) == [
        "name    n", "────  ───", "日本    1", "e\u{301}te\u{301}    10", "🎉!   100",
      ])
  }

  @Test func anEmptyTableIsItsHeader() {
    #expect(TextTable(columns: ["a", "bc"]).lines() == ["a  bc", "-  --"])
    #expect(TextTable(columns: []).lines() == ["", ""])
  }

  @Test func controlCharactersCannotMoveTheCursor() {
    var table = TextTable(columns: ["a"])
    table.append(["x\u{1B}[2Jy\nz"])
    #expect(table.lines().last == "x [2Jy z")
  }
}
