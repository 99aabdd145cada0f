import ResultsStore
import Testing

@Suite struct CRC32CTests {
  /// The check value of the catalogue, and vectors of RFC 3720, appendix B.4.
  @Test func publishedValues() {
    #expect(CRC32C.of(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.of(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.of(Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.of(Array(0..<32)) == 0x46DD_794E)
    #expect(CRC32C.of([]) == 0)
  }

  @Test func piecesGiveTheValueOfTheWhole() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ $0 >> 3) }
    for cut in [0, 1, 7, 8, 9, 500, 999, 1000] {
      var checksum = CRC32C()
      checksum.update(Array(bytes[..<cut]))
      checksum.update(Array(bytes[cut...]))
      #expect(checksum.value == CRC32C.of(bytes), "cut at \(cut)")
    }
  }
}
