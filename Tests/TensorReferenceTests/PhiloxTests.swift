import TensorReference
import Testing

/// The published known answers of Random123 (`kat_vectors`, lines `philox4x32 10`).
struct PhiloxTests {
  @Test(arguments: [
    (
      [0, 0, 0, 0] as [UInt32], [0, 0] as [UInt32],
      [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8] as [UInt32]
    ),
    (
      Array(repeating: 0xffff_ffff, count: 4), Array(repeating: 0xffff_ffff, count: 2),
      [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
    ),
    (
      [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
      [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    ),
  ])
  func knownAnswers(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
    #expect(ReferencePhilox.words(counter: counter, key: key) == expected)
  }
}
