import Foundation

/// A directory with the four files of MNIST, under their usual names, gzip or not.
struct IDXDirectory {
  var path: String
  /// Nil: one more than the largest training label, and no class in between may be missing.
  var classes: Int?
  var remedy: String
  /// Bytes of memory that may be taken.
  var memory = Int.max

  /// Reads the four files.
  ///
  /// - Throws: `DatasetError` naming the first file that is missing or bad.
  func load(name: String) throws(DatasetError) -> ImageSet {
    let train = try split("train")
    let test = try split("t10k")
    guard train.shape == test.shape else {
      throw test.images.error(
        "its images are \(test.shape[0])×\(test.shape[1]), and the training images are "
          + "\(train.shape[0])×\(train.shape[1])")
    }
    let classes = if let classes { classes } else { try countClasses(train) }
    try train.labels.check(labels: train.labelBytes, below: classes)
    try test.labels.check(labels: test.labelBytes, below: classes)
    return try ImageSet(
      name: name, height: train.shape[0], width: train.shape[1], channels: 1, classes: classes,
      trainImages: train.imageBytes, trainLabels: train.labelBytes,
      testImages: test.imageBytes, testLabels: test.labelBytes)
  }

  private struct Split {
    var images: DataOrigin
    var labels: DataOrigin
    /// (height, width).
    var shape: [Int]
    var imageBytes: [UInt8]
    var labelBytes: [UInt8]
  }

  private func split(_ prefix: String) throws(DatasetError) -> Split {
    let (images, imageFile) = try read("\(prefix)-images", .images)
    let (labels, labelFile) = try read("\(prefix)-labels", .labels)
    guard imageFile.shape[0] == labelFile.shape[0] else {
      throw labels.error(
        "it has \(labelFile.shape[0]) labels for the \(imageFile.shape[0]) images of "
          + images.path)
    }
    return Split(
      images: images, labels: labels, shape: Array(imageFile.shape.dropFirst()),
      imageBytes: imageFile.bytes, labelBytes: labelFile.bytes)
  }

  private func read(
    _ stem: String, _ content: IDXFile.Content
  ) throws(DatasetError) -> (DataOrigin, IDXFile) {
    let origin = DataOrigin(path: try locate(stem, content), remedy: remedy, memory: memory)
    let bytes = try origin.contents()
    let file = try bytes.withUnsafeBufferPointer { buffer throws(DatasetError) in
      try IDXFile(
        buffer, gzip: origin.path.hasSuffix(".gz"), content: content, origin: origin)
    }
    return (origin, file)
  }

  /// The first of `stem-idx3-ubyte`, `stem.idx3-ubyte` and the same with `.gz` that is a file.
  private func locate(_ stem: String, _ content: IDXFile.Content) throws(DatasetError) -> String {
    let directory = DataOrigin(path: path, remedy: remedy)
    guard let isDirectory = try isDirectory(path) else { throw directory.error("is not there") }
    guard isDirectory else { throw directory.error("is not a directory") }
    let usual = "\(stem)-idx\(content.rawValue)-ubyte"
    let other = "\(stem).idx\(content.rawValue)-ubyte"
    for candidate in [usual, other, "\(usual).gz", "\(other).gz"] {
      let file = path.hasSuffix("/") ? path + candidate : "\(path)/\(candidate)"
      if try self.isDirectory(file) == false { return file }
    }
    throw directory.error("has no file \(usual) or \(usual).gz")
  }

  /// Nil where nothing is there.
  private func isDirectory(_ path: String) throws(DatasetError) -> Bool? {
    var status = stat()
    if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
    if errno == ENOENT { return nil }
    let reason = String(cString: strerror(errno))
    throw DataOrigin(path: path, remedy: remedy).error("cannot be looked at (\(reason))")
  }

  /// A gap in the labels is nearly always a damaged file, and would silently add classes.
  private func countClasses(_ train: Split) throws(DatasetError) -> Int {
    let present = Set(train.labelBytes)
    guard let first = present.min(), let last = present.max(), first < last else {
      throw train.labels.error("all its labels are \(train.labelBytes[0])")
    }
    guard first == 0 else {
      throw train.labels.error(
        "its labels go from \(first) to \(last), and class 0 would have no image; labels begin at 0: "
          + "take \(first) from each")
    }
    if let gap = (first...last).first(where: { !present.contains($0) }) {
      throw train.labels.error(
        "its labels go up to \(last), but none is \(gap); labels are 0, 1, 2, … without gaps")
    }
    return Int(last) + 1
  }
}
