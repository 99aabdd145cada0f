import Foundation

/// Runs `body` with the path of a file that does not exist, and removes what is there afterwards.
func withTemporaryPath<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("dropgrid-hdf5-\(UUID().uuidString).h5").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}
