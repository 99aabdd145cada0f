internal import CHDF5

/// The type of a dataset's elements, little-endian in the file.
public enum ElementType: Sendable, Hashable {
  case int8, int32, int64, float32, float64
  /// UTF-8, `bytes` wide, padded with NUL.
  case text(bytes: Int)
  /// UTF-8 of any length, kept in the file's heap.
  case variableText

  /// Bytes of one element in a dataset's storage.
  public var size: Int {
    switch self {
    case .int8: 1
    case .int32, .float32: 4
    case .int64, .float64: 8
    case .text(let bytes): bytes
    case .variableText: 16
    }
  }
}

extension ElementType {
  /// A datatype of the library; the caller closes it.
  func makeDatatype() throws(HDF5Error) -> Identifier {
    let copy = try Library.call("H5Tcopy") {
      switch self {
      case .int8: H5Tcopy(dgh_int8())
      case .int32: H5Tcopy(dgh_int32())
      case .int64: H5Tcopy(dgh_int64())
      case .float32: H5Tcopy(dgh_float32())
      case .float64: H5Tcopy(dgh_float64())
      case .text, .variableText: H5Tcopy(dgh_c_string())
      }
    }
    let type = Identifier(copy, "H5Tclose", closer: H5Tclose)
    let id = type.raw
    switch self {
    case .text(let bytes):
      precondition(bytes > 0, "a text of fixed width has at least one byte, not \(bytes)")
      try Self.makeText(id, size: bytes)
    case .variableText: try Self.makeText(id, size: nil)
    default: break
    }
    return type
  }

  private static func makeText(_ id: Int64, size: Int?) throws(HDF5Error) {
    _ = try Library.call("H5Tset_size") { H5Tset_size(id, size ?? dgh_variable_length()) }
    _ = try Library.call("H5Tset_cset") { H5Tset_cset(id, H5T_CSET_UTF8) }
    if size != nil {
      _ = try Library.call("H5Tset_strpad") { H5Tset_strpad(id, H5T_STR_NULLPAD) }
    }
  }

  /// What datatype `id` is; nil where it is none of these.
  static func reading(_ id: Int64) throws(HDF5Error) -> ElementType? {
    let kind = try Library.call("H5Tget_class") { H5Tget_class(id).rawValue }
    if kind == H5T_STRING.rawValue {
      if try Library.call("H5Tis_variable_str", "", { H5Tis_variable_str(id) }) > 0 {
        return .variableText
      }
      let size = try Library.call("H5Tget_size", "", failed: { $0 == 0 }) { H5Tget_size(id) }
      return Int(exactly: size).map { .text(bytes: $0) }
    }
    for candidate in [ElementType.int8, .int32, .int64, .float32, .float64] {
      let type = try candidate.makeDatatype()
      let other = type.raw
      if try Library.call("H5Tequal", "", { H5Tequal(id, other) }) > 0 { return candidate }
    }
    return nil
  }
}
