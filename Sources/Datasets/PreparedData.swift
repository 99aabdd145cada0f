/// Images ready to train on: float32, NHWC, standardised by the training split alone.
public struct PreparedData: Sendable {
  /// Some images and their labels.
  public struct Split: Sendable {
    /// (count, height, width, channels).
    public let images: [Float]
    public let labels: [Int32]

    public var count: Int { labels.count }
  }

  public let height: Int
  public let width: Int
  public let channels: Int
  public let classes: Int
  public let train: Split
  public let test: Split
  /// Nil where none was asked for.
  public let validation: Split?
  /// What was subtracted from pixel values divided by 255, one number a channel.
  public let mean: [Double]
  /// What they were then divided by, one number a channel; never 0.
  public let deviation: [Double]

  /// Chooses, splits and standardises.
  ///
  /// Images are taken with the classes in turn, each in file order: the training images first,
  /// the validation images after them. Subsets so nest, and are as balanced as the set allows.
  /// The result is the same to the bit on every machine.
  ///
  /// - Throws: `DatasetError` where a split would be empty or the set has too few images.
  /// - Complexity: O(bytes of the chosen images).
  public init(_ set: ImageSet, _ options: SplitOptions) throws(DatasetError) {
    let available = set.trainCount
    let validationCount = options.validation
    guard validationCount >= 0 else {
      throw Self.error(set, "\(validationCount) validation images are asked for")
    }
    guard validationCount < available else {
      throw Self.error(
        set, "\(validationCount) validation images leave none of its \(available) training images")
    }
    let trainCount = options.train ?? available - validationCount
    guard trainCount > 0 else {
      throw Self.error(set, "\(trainCount) training images are asked for")
    }
    guard trainCount <= available - validationCount else {
      throw Self.error(
        set,
        "\(trainCount) training and \(validationCount) validation images are asked for, "
          + "and it has \(available) to share")
    }
    let testCount = options.test ?? set.testCount
    guard testCount > 0, testCount <= set.testCount else {
      throw Self.error(
        set, "\(testCount) test images are asked for, and it has \(set.testCount)")
    }

    let order = ClassOrder.roundRobin(set.trainLabels)
    let scale = PixelScale(
      images: set.trainImages, chosen: order[..<trainCount], size: set.imageSize,
      channels: set.channels, standardisation: options.standardisation)
    func split(_ images: [UInt8], _ labels: [UInt8], _ chosen: ArraySlice<Int>) -> Split {
      Split(
        images: scale.scaled(images, chosen, size: set.imageSize),
        labels: chosen.map { Int32(labels[$0]) })
    }
    height = set.height
    width = set.width
    channels = set.channels
    classes = set.classes
    train = split(set.trainImages, set.trainLabels, order[..<trainCount])
    validation =
      validationCount == 0
      ? nil : split(set.trainImages, set.trainLabels, order[trainCount...].prefix(validationCount))
    test = split(
      set.testImages, set.testLabels, ClassOrder.roundRobin(set.testLabels)[..<testCount])
    mean = scale.mean
    deviation = scale.deviation
  }

  private static func error(_ set: ImageSet, _ what: String) -> DatasetError {
    DatasetError(
      file: set.name, what: what,
      remedy: "ask for at least one image and no more than there are")
  }
}
