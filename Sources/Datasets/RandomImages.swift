/// Uniform random bytes with uniform random labels: nothing to learn, any shape.
///
/// Every byte is a function of (seed, split, index) alone, the same on every machine, so that a
/// set with more images begins with the images of a set with fewer.
struct RandomImages: Sendable, Hashable {
  private var height = 28
  private var width = 28
  private var channels = 1
  private var classes = 10
  private var train = 1000
  private var test = 1000
  private var seed: Int64 = 0

  /// Parses `HxWxC,classes=K,train=N,test=M,seed=S`; each part may be left out.
  ///
  /// - Throws: `DatasetError` for an unknown or repeated key, a value that is no number, and a
  ///   size out of range; `name` stands in the message.
  init(parsing text: String, name: String) throws(DatasetError) {
    let origin = DataOrigin(path: name, remedy: "write random:\(Self.grammar)")
    var seen: Set<Substring> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) where text != "" {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = pair.count == 2 ? pair[0] : "shape"
      guard seen.insert(key).inserted else { throw origin.error("has “\(key)” twice") }
      guard pair.count == 2 else {
        try parseShape(part, origin)
        continue
      }
      guard let value = Int64(pair[1]) else {
        throw origin.error("“\(part)” has no whole number after “=”")
      }
      switch key {
      case "classes": classes = Int(value)
      case "train": train = Int(value)
      case "test": test = Int(value)
      case "seed": seed = value
      default: throw origin.error("has no key “\(key)”")
      }
    }
    try check(origin)
  }

  static let grammar = "HxWxC,classes=K,train=N,test=M,seed=S"

  private mutating func parseShape(_ text: Substring, _ origin: DataOrigin) throws(DatasetError) {
    let sizes = text.split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard sizes.count == 3, text.filter({ $0 == "x" }).count == 2 else {
      throw origin.error("“\(text)” is not a shape such as 28x28x1, nor key=value")
    }
    (height, width, channels) = (sizes[0], sizes[1], sizes[2])
  }

  private func check(_ origin: DataOrigin) throws(DatasetError) {
    for (what, value, range) in [
      ("height", height, 1...65536), ("width", width, 1...65536),
      ("number of channels", channels, 1...65536), ("number of classes", classes, 2...256),
      ("number of training images", train, 1...ImageSet.maximumBytes),
      ("number of test images", test, 1...ImageSet.maximumBytes),
    ] {
      guard range.contains(value) else {
        throw origin.error(
          "the \(what) is \(value), not \(range.lowerBound) to \(range.upperBound)")
      }
    }
    guard boundedProduct([max(train, test), height, width, channels]) != nil else {
      throw origin.error("a split has more than \(ImageSet.maximumBytes) bytes of images")
    }
  }

  /// Generates the images.
  ///
  /// - Complexity: O(bytes).
  func load(name: String, memory: Int = .max) throws(DatasetError) -> ImageSet {
    let size = height * width * channels
    try DataOrigin(path: name, remedy: "", memory: memory)
      .checkMemory(images: train + test, of: size)
    return try ImageSet(
      name: name, height: height, width: width, channels: channels, classes: classes,
      trainImages: bytes(stream: 0, count: train * size),
      trainLabels: labels(stream: 1, count: train),
      testImages: bytes(stream: 2, count: test * size),
      testLabels: labels(stream: 3, count: test))
  }

  /// Byte i is byte i mod 8, from the lowest, of word i / 8.
  private func bytes(stream: UInt64, count: Int) -> [UInt8] {
    let generator = CounterGenerator(seed: seed, stream: stream)
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      for word in 0..<(count + 7) / 8 {
        var bits = generator[word]
        for index in word * 8..<min(word * 8 + 8, count) {
          buffer[index] = UInt8(truncatingIfNeeded: bits)
          bits >>= 8
        }
      }
      initialized = count
    }
  }

  /// Label i is ⌊word i · classes / 2⁶⁴⌋.
  private func labels(stream: UInt64, count: Int) -> [UInt8] {
    let generator = CounterGenerator(seed: seed, stream: stream)
    return (0..<count).map { UInt8(generator[$0].multipliedFullWidth(by: UInt64(classes)).high) }
  }
}

/// SplitMix64 (Steele, Lea & Flood 2014) as a function of (seed, stream, index).
private struct CounterGenerator {
  private let key: UInt64
  private static let gamma: UInt64 = 0x9e37_79b9_7f4a_7c15

  init(seed: Int64, stream: UInt64) {
    key = Self.mix(Self.mix(UInt64(bitPattern: seed) &+ Self.gamma) &+ stream)
  }

  subscript(index: Int) -> UInt64 {
    Self.mix(key &+ (UInt64(index) &+ 1) &* Self.gamma)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
