internal import CHDF5
internal import Synchronization

extension File {
  /// Makes a file in memory; `image` is all that can be kept of it.
  ///
  /// The library does not survive a disk that fills up while it writes. Whoever writes the bytes
  /// itself does.
  public static func createInMemory() throws(HDF5Error) -> File {
    let access = try accessProperties()
    let accessID = access.raw
    _ = try Library.call("H5Pset_fapl_core") { H5Pset_fapl_core(accessID, 1 << 20, false) }
    // The library takes two open files of one name for the same one.
    let number = numberInMemory.wrappingAdd(1, ordering: .relaxed).newValue
    return try create("(in memory \(number))", access: accessID)
  }

  private static let numberInMemory = Atomic(0)

  /// The bytes that the file would have on a disk now.
  public func image() throws(HDF5Error) -> [UInt8] {
    let id = id
    _ = try Library.call("H5Fflush", path) { H5Fflush(id, H5F_SCOPE_GLOBAL) }
    let size = try Library.call("H5Fget_file_image", path) { H5Fget_file_image(id, nil, 0) }
    var bytes = [UInt8](repeating: 0, count: size)
    _ = try Library.call("H5Fget_file_image", path) {
      bytes.withUnsafeMutableBytes { H5Fget_file_image(id, $0.baseAddress, $0.count) }
    }
    return bytes
  }
}
