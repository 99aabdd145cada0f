/// A file in the IDX format of MNIST: bytes with one (labels) or three (images) dimensions.
///
/// Layout: the magic number 0x0000 08 rank, `rank` sizes, all big-endian 32-bit, then the bytes.
struct IDXFile {
  enum Content: Int {
    case labels = 1
    case images = 3

    fileprivate var magic: UInt32 { 0x800 + UInt32(rawValue) }
    fileprivate var plural: String { self == .labels ? "labels" : "images" }
  }

  /// (n) or (n, height, width).
  let shape: [Int]
  let bytes: [UInt8]

  /// Parses `source`, which may be gzip data.
  ///
  /// - Throws: `DatasetError` for damaged or truncated data, another magic number, sizes of zero,
  ///   and data that is shorter or longer than the header says.
  init(
    _ source: UnsafeBufferPointer<UInt8>, gzip: Bool, content: Content, origin: DataOrigin
  ) throws(DatasetError) {
    var stream = try ByteStream(source, gzip: gzip, origin: origin)
    let header = try stream.read(4 * (1 + content.rawValue))
    let words = stride(from: 0, to: header.count - header.count % 4, by: 4).map { start in
      header[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    if let magic = words.first, magic != content.magic {
      throw origin.error(
        "is not an IDX file of \(content.plural): its magic number is \(hex(magic)), "
          + "not \(hex(content.magic))")
    }
    guard words.count == 1 + content.rawValue else {
      throw origin.error("is truncated: it ends in its header")
    }
    shape = words.dropFirst().map(Int.init)
    let sizes = shape.map(String.init).joined(separator: "×")
    guard !shape.contains(0) else { throw origin.error("its header gives a size of 0 (\(sizes))") }
    guard let count = boundedProduct(shape) else {
      throw origin.error(
        "its header promises \(sizes) bytes; at most \(ImageSet.maximumBytes) are read")
    }
    // Before anything of that size is allocated.
    guard count <= stream.mostBytesLeft else {
      throw origin.error(
        "is truncated: its header promises \(sizes) bytes, and the whole file has \(source.count)")
    }
    try origin.checkMemory(images: shape[0], of: count / shape[0])
    bytes = try stream.read(count)
    guard bytes.count == count else {
      throw origin.error(
        "is truncated: its header promises \(sizes) bytes, and \(bytes.count) are there")
    }
    try stream.finish()
  }
}

private func hex(_ magic: UInt32) -> String {
  let digits = String(magic, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
