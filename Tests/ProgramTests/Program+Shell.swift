import Foundation

extension Program {
  /// Runs a script of bash, in which `$dropgrid` is the program; both outputs go to files.
  static func shell(_ script: String, in workplace: Workplace) async throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", script]
    process.environment = ProcessInfo.processInfo.environment.merging(["dropgrid": url.path]) { $1 }
    process.currentDirectoryURL = workplace.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try workplace.newFile("output")
    process.standardError = try workplace.newFile("errors")
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in end.finish() }
    try process.run()
    for await _ in ended {}
    return Outcome(
      code: process.terminationStatus,
      output: String(
        decoding: try Data(contentsOf: workplace.url.appending(path: "output")), as: UTF8.self),
      errors: String(
        decoding: try Data(contentsOf: workplace.url.appending(path: "errors")), as: UTF8.self))
  }
}

extension Program.Workplace {
  /// A node of the test's own for the device that is always full, or another of `/dev`'s memory
  /// devices; nil where none may be made.
  func device(_ name: String, minor: UInt = 7) -> String? {
    let path = path(name)
    return mknod(path, S_IFCHR | 0o666, 1 << 8 | minor) == 0 && access(path, W_OK) == 0
      ? path : nil
  }

  func contents(_ name: String) throws -> Data {
    try Data(contentsOf: url.appending(path: name))
  }
}
