internal import CHDF5

/// An open dataset.
///
/// Numbers cross as the bytes that stand in the file, little-endian, which is what the memory of
/// every machine that Swift supports holds.
public struct Dataset: ~Copyable, Sendable, Attributed {
  private let handle: Identifier
  /// As it was opened, for messages.
  public let path: String
  public var id: Int64 { handle.raw }

  init(_ raw: Int64, path: String) {
    handle = Identifier(raw, "H5Dclose", closer: H5Dclose)
    self.path = path
  }

  public consuming func close() throws(HDF5Error) { try handle.close() }
}

extension Dataset {
  /// Lengths of the axes; empty for a single element.
  public func shape() throws(HDF5Error) -> [Int] {
    let id = id
    let space = Identifier(
      try Library.call("H5Dget_space", path) { H5Dget_space(id) }, "H5Sclose", closer: H5Sclose)
    let spaceID = space.raw
    let rank = try Library.call("H5Sget_simple_extent_ndims", path) {
      H5Sget_simple_extent_ndims(spaceID)
    }
    var lengths = [UInt64](repeating: 0, count: Int(rank))
    if rank > 0 {
      _ = try Library.call("H5Sget_simple_extent_dims", path) {
        H5Sget_simple_extent_dims(spaceID, &lengths, nil)
      }
    }
    var shape: [Int] = []
    for length in lengths {
      guard let length = Int(exactly: length) else { throw failure("an impossible length") }
      shape.append(length)
    }
    return shape
  }

  /// What its elements are; nil for a type that this module does not know.
  public func elementType() throws(HDF5Error) -> ElementType? {
    let id = id
    let type = Identifier(
      try Library.call("H5Dget_type", path) { H5Dget_type(id) }, "H5Tclose", closer: H5Tclose)
    return try ElementType.reading(type.raw)
  }

  /// Where its first byte is in the file; nil where it is not one contiguous piece.
  public func offset() throws(HDF5Error) -> UInt64? {
    let id = id
    let layout = try layout()
    guard layout == H5D_CONTIGUOUS.rawValue else { return nil }
    let undefined = dgh_undefined_address()
    let address = try Library.call("H5Dget_offset", path, failed: { _ in false }) {
      H5Dget_offset(id)
    }
    return address == undefined ? nil : UInt64(address)
  }

  /// Bytes of the file that its elements take.
  public func storageSize() throws(HDF5Error) -> UInt64 {
    let id = id
    return UInt64(
      try Library.call("H5Dget_storage_size", path, failed: { _ in false }) {
        H5Dget_storage_size(id)
      })
  }

  private func layout() throws(HDF5Error) -> Int32 {
    let id = id
    let list = Identifier(
      try Library.call("H5Dget_create_plist", path) { H5Dget_create_plist(id) }, "H5Pclose",
      closer: H5Pclose)
    let listID = list.raw
    return try Library.call("H5Pget_layout", path) { H5Pget_layout(listID).rawValue }
  }

  func failure(_ reason: String) -> HDF5Error {
    HDF5Error(call: "reading", subject: path, reason: reason)
  }
}

extension Dataset {
  /// Writes every element; `values` holds the bytes of all of them.
  public func write<Value: BitwiseCopyable>(_ values: [Value]) throws(HDF5Error) {
    let type = try storedType()
    let datatype = try type.makeDatatype()
    let bytes = try byteCount(of: type)
    precondition(
      bytes == values.count * MemoryLayout<Value>.stride,
      "\(path) takes \(bytes) bytes, not \(values.count) × \(MemoryLayout<Value>.stride)")
    precondition(type != .variableText, "texts are written with write(texts:)")
    let (id, typeID) = (id, datatype.raw)
    _ = try Library.call("H5Dwrite", path) {
      values.withUnsafeBytes {
        H5Dwrite(id, typeID, dgh_all(), dgh_all(), dgh_default(), $0.baseAddress)
      }
    }
  }

  /// The bytes of every element.
  ///
  /// The caller has compared `shape` and `elementType` with what it expects, and the storage with
  /// the size of the file: this allocates as much as they say.
  public func readBytes() throws(HDF5Error) -> [UInt8] {
    let type = try storedType()
    guard type != .variableText else { throw failure("texts where numbers are expected") }
    let datatype = try type.makeDatatype()
    var bytes = [UInt8](repeating: 0, count: try byteCount(of: type))
    let (id, typeID) = (id, datatype.raw)
    _ = try Library.call("H5Dread", path) {
      bytes.withUnsafeMutableBytes {
        H5Dread(id, typeID, dgh_all(), dgh_all(), dgh_default(), $0.baseAddress)
      }
    }
    return bytes
  }

  func storedType() throws(HDF5Error) -> ElementType {
    guard let type = try elementType() else { throw failure("an unexpected type of element") }
    return type
  }

  func elementCount() throws(HDF5Error) -> Int {
    var count = 1
    for length in try shape() {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { throw failure("an impossible shape") }
      count = product
    }
    return count
  }

  private func byteCount(of type: ElementType) throws(HDF5Error) -> Int {
    let (bytes, overflow) = try elementCount().multipliedReportingOverflow(by: type.size)
    guard !overflow else { throw failure("an impossible shape") }
    return bytes
  }
}
