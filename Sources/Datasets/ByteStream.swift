import CZlib

/// Bytes in order out of memory, gzip (of one member or several) or plain; they must outlive it.
///
/// Nothing is allocated on the word of a gzip trailer: the caller says how many bytes it expects.
struct ByteStream: ~Copyable {
  private let source: UnsafeBufferPointer<UInt8>
  private let origin: DataOrigin
  /// On the heap because zlib's state points back to it; nil for plain bytes.
  private let inflater: UnsafeMutablePointer<z_stream>?
  /// Bytes of `source` used so far.
  private var used = 0
  private var isFinished = false

  /// - Throws: `DatasetError` where `gzip` is asked for and the bytes do not start as gzip data.
  init(
    _ source: UnsafeBufferPointer<UInt8>, gzip: Bool, origin: DataOrigin
  ) throws(DatasetError) {
    if gzip {
      guard source.count > 2, source[0] == 0x1f, source[1] == 0x8b else {
        throw origin.error("is not a gzip file, whatever its name says")
      }
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      guard dropgrid_inflate_init_gzip(stream) == Z_OK else {
        stream.deallocate()
        throw origin.error("zlib could not start, for want of memory")
      }
      inflater = stream
    } else {
      inflater = nil
    }
    self.source = source
    self.origin = origin
  }

  deinit {
    if let inflater {
      inflateEnd(inflater)
      inflater.deallocate()
    }
  }

  /// The most bytes that the rest can hold: deflate packs at most 1032 bytes into one.
  ///
  /// For gzip, one packed byte's worth is added for what zlib has taken in and not yet given out.
  var mostBytesLeft: Int {
    let left = source.count - used
    return inflater == nil ? left : min(left + 1, ImageSet.maximumBytes / 1032 + 1) * 1032
  }

  /// The next `count` bytes, or fewer where the data ends.
  ///
  /// - Throws: `DatasetError` where gzip data is damaged or stops before its end.
  mutating func read(_ count: Int) throws(DatasetError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count, !isFinished {
      done += try bytes.withUnsafeMutableBufferPointer { buffer throws(DatasetError) in
        try fill(UnsafeMutableBufferPointer(rebasing: buffer[done...]))
      }
    }
    if done < count { bytes.removeLast(count - done) }
    return bytes
  }

  /// Checks that the data ends here; for gzip, that length and CRC are right.
  mutating func finish() throws(DatasetError) {
    let rest = try read(1)
    guard rest.isEmpty else { throw origin.error("goes on after the end that its header gives") }
    guard used == source.count else {
      throw origin.error("has \(source.count - used) more bytes after the end of its gzip data")
    }
  }

  /// Writes some bytes and returns how many; none only at the end of a member.
  private mutating func fill(
    _ output: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) -> Int {
    let input = UnsafeBufferPointer(rebasing: source[used...])
    guard let inflater else {
      let count = min(input.count, output.count)
      _ = output.update(fromContentsOf: input.prefix(count))
      used += count
      isFinished = used == source.count
      return count
    }
    // zlib counts in 32 bits.
    let given = UInt32(clamping: input.count)
    let wanted = UInt32(clamping: output.count)
    inflater.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    inflater.pointee.avail_in = given
    inflater.pointee.next_out = output.baseAddress
    inflater.pointee.avail_out = wanted
    let code = inflate(inflater, Z_NO_FLUSH)
    used += Int(given - inflater.pointee.avail_in)
    switch code {
    case Z_OK: break
    case Z_STREAM_END: isFinished = try !beginMember(inflater)
    case Z_BUF_ERROR: throw origin.error("is truncated: its gzip data has no end")
    default:
      let reason = inflater.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)"
      throw origin.error("is damaged gzip data (\(reason))")
    }
    return Int(wanted - inflater.pointee.avail_out)
  }

  /// Gets ready for a further member of gzip data (RFC 1952, 2.2); false where none follows.
  private func beginMember(
    _ inflater: UnsafeMutablePointer<z_stream>
  ) throws(DatasetError) -> Bool {
    guard source[used...].starts(with: [0x1f, 0x8b]) else { return false }
    guard inflateReset(inflater) == Z_OK else {
      throw origin.error("zlib could not go on to the next part of its gzip data")
    }
    return true
  }
}
