import Foundation

/// A file (or an embedded stand-in for one), and what to do when it is bad.
struct DataOrigin {
  var path: String
  var remedy: String
  /// Bytes of memory that may be taken.
  var memory = Int.max

  func error(_ what: String) -> DatasetError {
    DatasetError(file: path, what: what, remedy: remedy)
  }

  /// Every label must name a class.
  func check(labels: [UInt8], below classes: Int) throws(DatasetError) {
    if let bad = labels.firstIndex(where: { Int($0) >= classes }) {
      throw error(
        "label \(labels[bad]) of image \(bad) (counted from 0) is not one of "
          + "the \(classes) classes 0…\(classes - 1)")
    }
  }

  /// Makes sure that there is memory for images, their labels and what puts them in order, before
  /// any is taken.
  ///
  /// - Parameter size: bytes of one image.
  func checkMemory(images: Int, of size: Int) throws(DatasetError) {
    let needed = Double(images) * Double(size + 32)
    guard needed > Double(memory) else { return }
    throw DatasetError(
      file: path,
      what: "its \(images) images take \(Int(needed) >> 20) MiB of memory, and "
        + "\(memory >> 20) MiB are free",
      remedy: "take fewer images, or a machine or limit with more memory")
  }

  /// The whole file.
  ///
  /// - Throws: `DatasetError` where it cannot be read, is not a regular file, is empty or is
  ///   larger than `ImageSet.maximumBytes`.
  func contents() throws(DatasetError) -> [UInt8] {
    // Non-blocking: opening a named pipe must not wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw error("cannot be opened (\(lastSystemError()))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw error("cannot be read (\(lastSystemError()))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw error("is not a regular file") }
    let size = Int(status.st_size)
    guard size > 0 else { throw error("is empty") }
    guard size <= ImageSet.maximumBytes else {
      throw error("has \(size) bytes; at most \(ImageSet.maximumBytes) are read")
    }
    guard size <= memory else {
      throw DatasetError(
        file: path,
        what: "has \(size >> 20) MiB, and \(memory >> 20) MiB of memory are free",
        remedy: "take fewer images, or a machine or limit with more memory")
    }
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        if got > 0 {
          count += got
        } else if got == 0 {
          failure = "became shorter while it was read"
          return
        } else if errno != EINTR {
          failure = "cannot be read (\(lastSystemError()))"
          return
        }
      }
    }
    if let failure { throw error(failure) }
    return bytes
  }

  private func lastSystemError() -> String { String(cString: strerror(errno)) }
}
