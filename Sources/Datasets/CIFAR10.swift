/// The binary version of CIFAR-10 (Krizhevsky 2009): 32×32×3, ten classes.
///
/// A record is a label and three planes of 32×32 bytes (red, green, blue), which become one image
/// in (h, w, c) order here. Records a file: 10,000 in the original; any number, the same in all
/// five training files, is read.
struct CIFAR10 {
  var directory: String
  /// Bytes of memory that may be taken.
  var memory = Int.max

  private static let side = 32
  private static let channels = 3
  private static let plane = side * side
  private static let record = 1 + channels * plane

  func load(name: String) throws(DatasetError) -> ImageSet {
    var train = Records()
    var first = 0
    for batch in 1...5 {
      let before = train.labels.count
      let origin = try append("data_batch_\(batch).bin", to: &train)
      let count = train.labels.count - before
      if batch == 1 { first = count }
      guard count == first else {
        throw origin.error("has \(count) images, and data_batch_1.bin has \(first)")
      }
    }
    var test = Records()
    _ = try append("test_batch.bin", to: &test)
    return try ImageSet(
      name: name, height: Self.side, width: Self.side, channels: Self.channels, classes: 10,
      trainImages: train.images, trainLabels: train.labels,
      testImages: test.images, testLabels: test.labels)
  }

  private struct Records {
    var images: [UInt8] = []
    var labels: [UInt8] = []
  }

  private func append(
    _ file: String, to records: inout Records
  ) throws(DatasetError) -> DataOrigin {
    let origin = DataOrigin(
      path: directory.hasSuffix("/") ? directory + file : "\(directory)/\(file)",
      remedy: "unpack the binary version of CIFAR-10 (cifar-10-binary.tar.gz) there",
      memory: memory)
    let bytes = try origin.contents()
    guard bytes.count.isMultiple(of: Self.record) else {
      throw origin.error(
        "is truncated or not CIFAR-10: its \(bytes.count) bytes are not a whole number of "
          + "images of \(Self.record) bytes")
    }
    let labels = stride(from: 0, to: bytes.count, by: Self.record).map { bytes[$0] }
    try origin.check(labels: labels, below: 10)
    records.labels += labels
    records.images += Self.interleaved(bytes, count: labels.count)
    return origin
  }

  /// (n, c, h, w) records with labels to (n, h, w, c) images.
  private static func interleaved(_ bytes: [UInt8], count: Int) -> [UInt8] {
    let size = channels * plane
    return [UInt8](unsafeUninitializedCapacity: count * size) { images, initialized in
      bytes.withUnsafeBufferPointer { bytes in
        for n in 0..<count {
          let source = n * record + 1
          let target = n * size
          for c in 0..<channels {
            for hw in 0..<plane {
              images[target + hw * channels + c] = bytes[source + c * plane + hw]
            }
          }
        }
      }
      initialized = count * size
    }
  }
}
