import HDF5
import Testing

@Suite struct FixedTextTests {
  @Test(arguments: ["", "a", "naïve", "日本", "exactly8"])
  func whatFitsComesBack(text: String) {
    let bytes = FixedText.encode(text, bytes: 8)
    #expect(bytes.count == 8)
    #expect(FixedText.decode(bytes) == text)
  }

  @Test func longTextIsCutBetweenCharacters() {
    #expect(FixedText.decode(FixedText.encode("日本語", bytes: 8)) == "日本")
    #expect(FixedText.decode(FixedText.encode("ab👩‍👩‍👧", bytes: 10)) == "ab")
    #expect(FixedText.decode(FixedText.encode("abcdefghij", bytes: 8)) == "abcdefgh")
  }

  @Test func aNULDoesNotEndTheText() {
    #expect(FixedText.decode(FixedText.encode("a\0b", bytes: 8)) == "a\u{FFFD}b")
  }

  @Test func whatIsNotUTF8IsReplaced() {
    #expect(FixedText.decode([0x61, 0xFF, 0x62, 0, 0x63]) == "a\u{FFFD}b")
  }
}
