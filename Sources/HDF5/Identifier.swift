internal import CHDF5

/// The one owner of an identifier of the library.
struct Identifier: ~Copyable, Sendable {
  let raw: Int64
  private let name: StaticString
  private let closer: @convention(c) (hid_t) -> herr_t

  init(_ raw: Int64, _ name: StaticString, closer: @convention(c) (hid_t) -> herr_t) {
    self.raw = raw
    self.name = name
    self.closer = closer
  }

  /// Closes it and says where that fails; leaving the scope closes it too, but silently.
  consuming func close() throws(HDF5Error) {
    let (raw, name, closer) = (raw, name, closer)
    discard self
    _ = try Library.call(name) { closer(raw) }
  }

  deinit {
    let (raw, closer) = (raw, closer)
    Library.callQuietly { _ = closer(raw) }
  }
}
