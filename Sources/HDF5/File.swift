internal import CHDF5

/// An open HDF5 file.
///
/// Closing it, or leaving its scope, closes every object in it that is still open.
public struct File: ~Copyable, Sendable, Container {
  private let handle: Identifier
  public let path: String
  public var id: Int64 { handle.raw }

  private init(_ raw: Int64, path: String) {
    handle = Identifier(raw, "H5Fclose", closer: H5Fclose)
    self.path = path
  }

  /// Creates a file, over what was there, that every HDF5 since 1.8 can read.
  public static func create(_ path: String) throws(HDF5Error) -> File {
    let access = try accessProperties()
    return try create(path, access: access.raw)
  }

  static func create(_ path: String, access: Int64) throws(HDF5Error) -> File {
    _ = try Library.call("H5Pset_libver_bounds") {
      H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18)
    }
    let raw = try Library.call("H5Fcreate", path) {
      H5Fcreate(path, dgh_truncate(), dgh_default(), access)
    }
    return File(raw, path: path)
  }

  /// Opens a file to change its structure; what other programs wrote behind its end is cut off.
  public static func change(_ path: String) throws(HDF5Error) -> File {
    let access = try accessProperties()
    let accessID = access.raw
    _ = try Library.call("H5Pset_libver_bounds") {
      H5Pset_libver_bounds(accessID, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18)
    }
    let raw = try Library.call("H5Fopen", path) { H5Fopen(path, dgh_read_write(), accessID) }
    return File(raw, path: path)
  }

  /// Opens a file to read it.
  public static func open(_ path: String) throws(HDF5Error) -> File {
    let access = try accessProperties()
    let accessID = access.raw
    let raw = try Library.call("H5Fopen", path) { H5Fopen(path, dgh_read_only(), accessID) }
    return File(raw, path: path)
  }

  /// The library's own lock on the file is left off: it is advisory, fails on some network file
  /// systems, and would keep readers from a file that is being written row by row.
  static func accessProperties() throws(HDF5Error) -> Identifier {
    let list = Identifier(
      try Library.call("H5Pcreate") { H5Pcreate(dgh_file_access()) }, "H5Pclose", closer: H5Pclose)
    let id = list.raw
    _ = try Library.call("H5Pset_fclose_degree") { H5Pset_fclose_degree(id, H5F_CLOSE_STRONG) }
    _ = try Library.call("H5Pset_file_locking") { H5Pset_file_locking(id, false, true) }
    return list
  }

  /// Writes what is left to write and closes the file.
  public consuming func close() throws(HDF5Error) { try handle.close() }
}

/// An open group of a file.
public struct Group: ~Copyable, Sendable, Container {
  private let handle: Identifier
  public var id: Int64 { handle.raw }

  init(_ raw: Int64) { handle = Identifier(raw, "H5Gclose", closer: H5Gclose) }

  public consuming func close() throws(HDF5Error) { try handle.close() }
}
