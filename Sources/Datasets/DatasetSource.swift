/// Where images come from, as a grid file names it.
///
/// - `fashion-mnist-mini`: 2,000 + 2,000 images of Fashion-MNIST inside the binary
/// - `fashion-mnist`: the whole set, from Debian's package `dataset-fashion-mnist`
/// - `idx:DIR`: the four files of MNIST's format, gzip or not
/// - `cifar10:DIR`: the binary version of CIFAR-10
/// - `random` or `random:HxWxC,classes=K,train=N,test=M,seed=S`: see `RandomImages`
public struct DatasetSource: Sendable, Hashable {
  /// As it was given.
  public let name: String
  private let kind: Kind

  private enum Kind: Hashable {
    case fashionMNISTMini
    case fashionMNIST
    case idx(directory: String)
    case cifar10(directory: String)
    case random(RandomImages)
  }

  /// Parses a name; nothing is read.
  ///
  /// - Throws: `DatasetError` for an unknown name, a missing directory name and bad `random:`
  ///   parameters.
  public init(name: String) throws(DatasetError) {
    self.name = name
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let argument = parts.count == 2 ? String(parts[1]) : nil
    switch (parts[0], argument) {
    case ("fashion-mnist-mini", nil): kind = .fashionMNISTMini
    case ("fashion-mnist", nil): kind = .fashionMNIST
    case ("idx", let directory?) where directory != "": kind = .idx(directory: directory)
    case ("cifar10", let directory?) where directory != "": kind = .cifar10(directory: directory)
    case ("random", _): kind = .random(try RandomImages(parsing: argument ?? "", name: name))
    case ("idx", _), ("cifar10", _):
      throw DatasetError(
        file: name, what: "names no directory", remedy: "write \(parts[0]):DIR")
    default:
      throw DatasetError(
        file: name.isEmpty ? "“”" : name, what: "is not the name of a data set",
        remedy: "use fashion-mnist-mini, fashion-mnist, idx:DIR, cifar10:DIR or "
          + "random:\(RandomImages.grammar)")
    }
  }

  /// Reads or generates the images.
  ///
  /// Computes on the calling thread, up to a second (Fashion-MNIST as a whole).
  ///
  /// - Parameter memory: bytes that may be taken; what needs more is an error before any is.
  /// - Throws: `DatasetError` naming the file that is missing, damaged or of another format.
  public func load(memory: Int = .max) throws(DatasetError) -> ImageSet {
    switch kind {
    case .fashionMNISTMini: try FashionMNIST.loadMini(name: name)
    case .fashionMNIST: try FashionMNIST.loadFull(name: name)
    case .idx(let directory):
      try IDXDirectory(
        path: directory,
        remedy: "get a good copy of the four files: train-images-idx3-ubyte, "
          + "train-labels-idx1-ubyte and the same with t10k, or each with .gz",
        memory: memory
      ).load(name: name)
    case .cifar10(let directory): try CIFAR10(directory: directory, memory: memory).load(name: name)
    case .random(let images): try images.load(name: name, memory: memory)
    }
  }
}
