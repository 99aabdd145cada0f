/// Loads and prepares each distinct thing once and shares the immutable arrays.
///
/// The work runs inside the actor, so callers that ask at the same time wait for one load, and
/// distinct loads follow one another. A failure is not kept: the next caller tries again. Nothing
/// is dropped before the cache is.
public actor DatasetCache {
  private struct Key: Hashable {
    var name: String
    var options: SplitOptions
  }

  private let load: @Sendable (String) throws(DatasetError) -> ImageSet
  private var sets: [String: ImageSet] = [:]
  private var prepared: [Key: PreparedData] = [:]

  /// - Parameter memory: bytes that each load may take, asked for before it.
  public init(memory: @escaping @Sendable () -> Int = { .max }) {
    self.init { name throws(DatasetError) in
      try DatasetSource(name: name).load(memory: memory())
    }
  }

  package init(load: @escaping @Sendable (String) throws(DatasetError) -> ImageSet) {
    self.load = load
  }

  /// The set of that name.
  ///
  /// - Throws: `DatasetError` as `DatasetSource` does.
  public func images(_ name: String) throws(DatasetError) -> ImageSet {
    if let set = sets[name] { return set }
    let set = try load(name)
    sets[name] = set
    return set
  }

  /// The set of that name, split and standardised.
  ///
  /// - Throws: `DatasetError` as `DatasetSource` and `PreparedData` do.
  public func prepared(
    _ name: String, _ options: SplitOptions
  ) throws(DatasetError) -> PreparedData {
    let key = Key(name: name, options: options)
    if let data = prepared[key] { return data }
    let data = try PreparedData(images(name), options)
    prepared[key] = data
    return data
  }
}
