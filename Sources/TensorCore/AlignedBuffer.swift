#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Zeroed memory on a 64-byte boundary.
struct AlignedBuffer: ~Copyable {
  let pointer: UnsafeMutableRawPointer
  let bytes: Int

  init(bytes: Int) throws(TensorError) {
    var pointer: UnsafeMutableRawPointer?
    self.bytes = max(bytes, 64)
    guard posix_memalign(&pointer, 64, self.bytes) == 0, let pointer else {
      throw TensorError.outOfMemory(bytes: bytes)
    }
    memset(pointer, 0, self.bytes)
    self.pointer = pointer
  }

  init(floats: Int) throws(TensorError) {
    try self.init(bytes: floats * MemoryLayout<Float>.stride)
  }

  deinit { free(pointer) }

  var floats: UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
  var words: UnsafeMutablePointer<UInt16> { pointer.assumingMemoryBound(to: UInt16.self) }
  var octets: UnsafeMutablePointer<UInt8> { pointer.assumingMemoryBound(to: UInt8.self) }
}
