/// Labelled images for training and testing: immutable, bytes, in NHWC order.
public struct ImageSet: Sendable {
  /// Where the images come from, as `DatasetSource` names it.
  public let name: String
  public let height: Int
  public let width: Int
  public let channels: Int
  /// Labels are 0 ..< `classes`.
  public let classes: Int
  /// (n, height, width, channels), n being `trainCount`.
  public let trainImages: [UInt8]
  public let trainLabels: [UInt8]
  /// (n, height, width, channels), n being `testCount`.
  public let testImages: [UInt8]
  public let testLabels: [UInt8]
  /// Hexadecimal SHA-256 over shapes, images and labels; the name is not part of it.
  ///
  /// The digest is over, one after the other: the ASCII text `dropgrid images 1` and a line feed;
  /// height, width, channels, classes, training images and test images, each as a little-endian
  /// 64-bit number; the bytes of the training images, training labels, test images and test
  /// labels.
  public let fingerprint: String

  public var trainCount: Int { trainLabels.count }
  public var testCount: Int { testLabels.count }
  /// Bytes in one image.
  public var imageSize: Int { height * width * channels }

  /// Checks that the parts agree and computes the fingerprint.
  ///
  /// - Throws: `DatasetError` unless there are 2 to 256 classes, at least one training and one
  ///   test image, as many labels as images, every label below `classes`, and at most
  ///   `maximumBytes` in each split.
  /// - Complexity: O(bytes).
  public init(
    name: String, height: Int, width: Int, channels: Int, classes: Int,
    trainImages: [UInt8], trainLabels: [UInt8], testImages: [UInt8], testLabels: [UInt8]
  ) throws(DatasetError) {
    let origin = DataOrigin(path: name, remedy: "give images and labels that belong together")
    guard min(height, width, channels) > 0 else {
      throw origin.error("images of \(height)×\(width)×\(channels) have no pixels")
    }
    guard (2...256).contains(classes) else {
      throw origin.error("the number of classes is \(classes), not 2 to 256")
    }
    for (split, images, labels) in [
      ("training", trainImages, trainLabels), ("test", testImages, testLabels),
    ] {
      guard !labels.isEmpty else { throw origin.error("there are no \(split) images") }
      guard
        let expected = boundedProduct([labels.count, height, width, channels]),
        images.count == expected
      else {
        throw origin.error(
          "the \(split) images are \(images.count) bytes, which is not "
            + "\(labels.count) × \(height)×\(width)×\(channels)")
      }
      try origin.check(labels: labels, below: classes)
    }
    self.name = name
    self.height = height
    self.width = width
    self.channels = channels
    self.classes = classes
    self.trainImages = trainImages
    self.trainLabels = trainLabels
    self.testImages = testImages
    self.testLabels = testLabels
    self.fingerprint = imageFingerprint(
      numbers: [height, width, channels, classes, trainLabels.count, testLabels.count],
      parts: [trainImages, trainLabels, testImages, testLabels])
  }

  /// The most bytes of images that one split can have: 4 GiB.
  public static let maximumBytes = 1 << 32
}

/// The product of positive `factors`, or nil where it passes `ImageSet.maximumBytes`.
func boundedProduct(_ factors: [Int]) -> Int? {
  var product = 1
  for factor in factors {
    let (result, overflow) = product.multipliedReportingOverflow(by: factor)
    guard !overflow, result <= ImageSet.maximumBytes else { return nil }
    product = result
  }
  return product
}
