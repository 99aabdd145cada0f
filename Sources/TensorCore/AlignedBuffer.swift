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

/// Buffers that live and die together.
struct BufferList: ~Copyable {
  private let storage: AlignedBuffer
  private let offsets: [Int]

  init(bytes sizes: [Int]) throws(TensorError) {
    var end = 0
    offsets = sizes.map { size in
      defer { end += (size + 63) / 64 * 64 }
      return end
    }
    storage = try AlignedBuffer(bytes: end)
  }

  init(floats counts: [Int]) throws(TensorError) {
    try self.init(bytes: counts.map { $0 * MemoryLayout<Float>.stride })
  }

  subscript(index: Int) -> UnsafeMutablePointer<Float> {
    (storage.pointer + offsets[index]).assumingMemoryBound(to: Float.self)
  }
}
