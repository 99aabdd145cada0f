internal import CHDF5

/// A file, a group or a dataset: what can have attributes.
public protocol Attributed: ~Copyable {
  /// The library's own identifier, valid as long as its owner.
  var id: Int64 { get }
}

/// The value of an attribute.
public enum AttributeValue: Sendable, Hashable {
  /// A scalar text; a NUL inside becomes U+FFFD.
  case text(String)
  /// One axis of texts, as wide as the longest and padded with NUL; at least one.
  case texts([String])
  /// Scalars.
  case int32(Int32)
  case int64(Int64)
  case float64(Double)
  /// One axis.
  case int8s([Int8])
  case float32s([Float])
  case float64s([Double])
}

extension Attributed where Self: ~Copyable {
  /// Adds an attribute; the library takes up to 64 KiB.
  public func setAttribute(_ name: String, _ value: AttributeValue) throws(HDF5Error) {
    switch value {
    case .text(let text):
      // The terminating NUL is what other tools write, and leaves room for an empty text.
      let bytes = Array(FixedText.withoutNUL(text).utf8) + [0]
      try setAttribute(name, .text(bytes: bytes.count), shape: [], bytes)
    case .texts(let texts):
      let width = max(1, texts.map { FixedText.withoutNUL($0).utf8.count }.max() ?? 0)
      try setAttribute(
        name, .text(bytes: width), shape: [texts.count],
        texts.flatMap { FixedText.encode($0, bytes: width) })
    case .int32(let value): try setAttribute(name, .int32, shape: [], [value])
    case .int64(let value): try setAttribute(name, .int64, shape: [], [value])
    case .float64(let value): try setAttribute(name, .float64, shape: [], [value])
    case .int8s(let values): try setAttribute(name, .int8, shape: [values.count], values)
    case .float32s(let values): try setAttribute(name, .float32, shape: [values.count], values)
    case .float64s(let values): try setAttribute(name, .float64, shape: [values.count], values)
    }
  }

  private func setAttribute<Value: BitwiseCopyable>(
    _ name: String, _ type: ElementType, shape: [Int], _ values: [Value]
  ) throws(HDF5Error) {
    let datatype = try type.makeDatatype()
    let space = try makeDataspace(shape)
    let (object, typeID, spaceID) = (id, datatype.raw, space.raw)
    let attribute = Identifier(
      try Library.call("H5Acreate2", name) {
        H5Acreate2(object, name, typeID, spaceID, dgh_default(), dgh_default())
      }, "H5Aclose", closer: H5Aclose)
    let attributeID = attribute.raw
    _ = try Library.call("H5Awrite", name) {
      values.withUnsafeBytes { H5Awrite(attributeID, typeID, $0.baseAddress) }
    }
    try attribute.close()
  }

  public func removeAttribute(_ name: String) throws(HDF5Error) {
    let object = id
    _ = try Library.call("H5Adelete", name) { H5Adelete(object, name) }
  }

  public func hasAttribute(_ name: String) throws(HDF5Error) -> Bool {
    let object = id
    return try Library.call("H5Aexists", name) { H5Aexists(object, name) } > 0
  }

  /// The text of a scalar attribute of fixed width.
  public func textAttribute(_ name: String) throws(HDF5Error) -> String {
    let (type, bytes) = try readAttribute(name)
    guard case .text = type else {
      throw HDF5Error(call: "reading attribute", subject: name, reason: "it is no text")
    }
    return FixedText.decode(bytes)
  }

  /// The value of a scalar 32-bit integer attribute.
  public func integerAttribute(_ name: String) throws(HDF5Error) -> Int {
    let (type, bytes) = try readAttribute(name)
    guard type == .int32, bytes.count == 4 else {
      throw HDF5Error(call: "reading attribute", subject: name, reason: "it is no integer")
    }
    return Int(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) })
  }

  /// The type and the bytes of an attribute with one element.
  private func readAttribute(_ name: String) throws(HDF5Error) -> (ElementType, [UInt8]) {
    let object = id
    let attribute = Identifier(
      try Library.call("H5Aopen", name) { H5Aopen(object, name, dgh_default()) }, "H5Aclose",
      closer: H5Aclose)
    let attributeID = attribute.raw
    let stored = Identifier(
      try Library.call("H5Aget_type", name) { H5Aget_type(attributeID) }, "H5Tclose",
      closer: H5Tclose)
    let storage = try Library.call("H5Aget_storage_size", name) {
      H5Aget_storage_size(attributeID)
    }
    guard let type = try ElementType.reading(stored.raw), type != .variableText,
      storage == type.size, storage <= 1 << 20
    else {
      throw HDF5Error(
        call: "reading attribute", subject: name, reason: "it is not of the expected type")
    }
    let memory = try type.makeDatatype()
    let memoryID = memory.raw
    var bytes = [UInt8](repeating: 0, count: type.size)
    _ = try Library.call("H5Aread", name) { H5Aread(attributeID, memoryID, &bytes) }
    return (type, bytes)
  }
}
