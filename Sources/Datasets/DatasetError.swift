/// A data set that is missing, damaged or not as it was asked for.
public struct DatasetError: Error, Sendable, Hashable {
  /// The path of the file, or the data set's name where no file is to blame.
  public var file: String
  /// What is wrong, with the numbers.
  public var what: String
  /// What to do about it.
  public var remedy: String

  public init(file: String, what: String, remedy: String) {
    self.file = file
    self.what = what
    self.remedy = remedy
  }
}

extension DatasetError: CustomStringConvertible {
  /// `FILE: what; remedy`.
  public var description: String { "\(file): \(what); \(remedy)" }
}
