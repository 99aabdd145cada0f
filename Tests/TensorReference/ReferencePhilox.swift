/// Philox4x32-10: a 128-bit counter and a 64-bit key to four random words.
///
/// Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC'11. A round
/// multiplies two words of the counter, swaps the halves of the products and mixes in the key; the
/// key is bumped by Weyl constants before every round but the first.
package enum ReferencePhilox {
  /// The four words for a counter of four words and a key of two, least significant first.
  package static func words(counter: [UInt32], key: [UInt32]) -> [UInt32] {
    precondition(counter.count == 4 && key.count == 2, "a counter has 4 words and a key 2")
    var c = counter
    var k = key
    for round in 0..<10 {
      if round > 0 {
        k[0] &+= 0x9E37_79B9  // the golden ratio
        k[1] &+= 0xBB67_AE85  // √3 − 1
      }
      let product0 = UInt64(0xD251_1F53) * UInt64(c[0])
      let product1 = UInt64(0xCD9E_8D57) * UInt64(c[2])
      c = [
        UInt32(truncatingIfNeeded: product1 >> 32) ^ c[1] ^ k[0],
        UInt32(truncatingIfNeeded: product1),
        UInt32(truncatingIfNeeded: product0 >> 32) ^ c[3] ^ k[1],
        UInt32(truncatingIfNeeded: product0),
      ]
    }
    return c
  }
}
