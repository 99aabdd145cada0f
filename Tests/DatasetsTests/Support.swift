import Datasets
import Foundation

/// A directory that goes with its last user.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "datasets-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }
}

/// An IDX file of bytes: magic number, sizes, payload.
func idx(_ shape: [Int], _ payload: [UInt8], magic: UInt32? = nil) -> [UInt8] {
  let words = [magic ?? 0x800 + UInt32(shape.count)] + shape.map { UInt32($0) }
  return words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
    + payload
}

/// Gzip data with one stored block, made without zlib (RFC 1951, RFC 1952).
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  var crc: UInt32 = ~0
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
  }
  return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1]
    + littleEndian(bytes.count, 2) + littleEndian(~bytes.count, 2) + bytes
    + littleEndian(Int(~crc), 4) + littleEndian(bytes.count, 4)
}

/// Pixels that differ from image to image: 3×2 images, `count` of them.
func pixels(_ count: Int) -> [UInt8] {
  (0..<count * 6).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
}

/// Names and contents of a small good set: 3×2×1, three classes, 7 training and 4 test images.
let smallFiles: [(name: String, bytes: [UInt8])] = [
  ("train-images-idx3-ubyte", idx([7, 3, 2], pixels(7))),
  ("train-labels-idx1-ubyte", idx([7], [2, 0, 0, 1, 2, 0, 1])),
  ("t10k-images-idx3-ubyte", idx([4, 3, 2], pixels(4))),
  ("t10k-labels-idx1-ubyte", idx([4], [0, 1, 2, 0])),
]

func directory(of files: [(name: String, bytes: [UInt8])]) throws -> TemporaryDirectory {
  let directory = try TemporaryDirectory()
  for file in files { try directory.write(file.name, file.bytes) }
  return directory
}

/// Height, width, channels, classes, training images, test images.
func sizes(_ set: ImageSet) -> [Int] {
  [set.height, set.width, set.channels, set.classes, set.trainCount, set.testCount]
}

/// The error of `body`, or nil where it throws none.
func datasetError(_ body: () throws(DatasetError) -> Void) -> DatasetError? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}
