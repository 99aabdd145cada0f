import Crypto

/// Hexadecimal SHA-256 as `ImageSet.fingerprint` defines it.
func imageFingerprint(numbers: [Int], parts: [[UInt8]]) -> String {
  var hash = SHA256()
  hash.update(data: Array("dropgrid images 1\n".utf8))
  for number in numbers {
    withUnsafeBytes(of: UInt64(number).littleEndian) { hash.update(bufferPointer: $0) }
  }
  for part in parts {
    part.withUnsafeBytes { hash.update(bufferPointer: $0) }
  }
  let digits = Array("0123456789abcdef".utf8)
  let text = hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  return String(decoding: text, as: UTF8.self)
}
