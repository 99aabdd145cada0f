import CEmbeddedData

/// Fashion-MNIST (Xiao, Rasul & Vollgraf 2017): 28×28×1, ten classes of clothes.
package enum FashionMNIST {
  /// Debian's package of the whole set: 60,000 training and 10,000 test images.
  package static let debianDirectory = "/usr/share/datasets/fashion-mnist"

  package static func loadFull(
    name: String, directory: String = debianDirectory
  ) throws(DatasetError) -> ImageSet {
    let remedy =
      "install it with `apt-get install dataset-fashion-mnist` "
      + "(`--reinstall` where it is damaged), or use fashion-mnist-mini"
    return try IDXDirectory(path: directory, classes: 10, remedy: remedy).load(name: name)
  }

  /// The 2,000 + 2,000 images inside the binary: the first 200 of each class, classes in turn.
  static func loadMini(name: String) throws(DatasetError) -> ImageSet {
    let files = dropgrid_fashion_mnist_mini()
    let train = try parse(files.train_images, .images, "train-images")
    let test = try parse(files.test_images, .images, "t10k-images")
    return try ImageSet(
      name: name, height: train.shape[1], width: train.shape[2], channels: 1, classes: 10,
      trainImages: train.bytes,
      trainLabels: parse(files.train_labels, .labels, "train-labels").bytes,
      testImages: test.bytes,
      testLabels: parse(files.test_labels, .labels, "t10k-labels").bytes)
  }

  private static func parse(
    _ file: DropgridEmbeddedFile, _ content: IDXFile.Content, _ stem: String
  ) throws(DatasetError) -> IDXFile {
    try IDXFile(
      UnsafeBufferPointer(start: file.bytes, count: file.count), gzip: true, content: content,
      origin: DataOrigin(
        path: "fashion-mnist-mini (embedded \(stem))",
        remedy: "the program itself is damaged: build or install it again"))
  }
}
