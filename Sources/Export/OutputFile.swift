public import ExperimentModel
internal import Foundation
internal import HDF5
internal import ResultsStore

/// Where an export goes.
public struct OutputFile: Sendable, Hashable {
  public var path: String

  public init(_ path: String) { self.path = path }

  /// Writes the file under another name first, so that it is complete or not there.
  ///
  /// - Parameters:
  ///   - bytes: all of the file.
  ///   - replacing: whether a file that is there may be replaced.
  /// - Throws: `UserError(.badFile)` where one is there and may not be, or the disk fails.
  public func write(_ bytes: [UInt8], replacing: Bool) throws(UserError) {
    try check(replacing: replacing)
    do {
      try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw Self.failure(path, error)
    }
  }

  /// Makes sure, before there is work, that the file may be written.
  ///
  /// - Throws: `UserError(.badFile)` where something is there that may not be replaced.
  public func check(replacing: Bool) throws(UserError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
    guard !isDirectory.boolValue else {
      throw UserError(.badFile, "\(path): is a directory; name a file")
    }
    guard replacing else {
      throw UserError(
        .badFile, "\(path): exists already; choose another name, or add --force to replace it")
    }
    guard (try? Self.isResultsFile(path)) != true else {
      throw UserError(
        .badFile, "\(path): is a results file and is never replaced; choose another name")
    }
  }

  /// Makes the directory `path` where it is not there.
  ///
  /// - Throws: `UserError(.badFile)` where it cannot be made.
  public static func makeDirectory(_ path: String) throws(UserError) {
    guard isDirectory(path) || !FileManager.default.fileExists(atPath: path) else {
      throw UserError(
        .badFile, "\(path): is a file, and several files are written: name a directory")
    }
    do {
      try FileManager.default.createDirectory(
        at: URL(filePath: path), withIntermediateDirectories: true)
    } catch {
      throw failure(path, error)
    }
  }

  public static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }

  private static func isResultsFile(_ path: String) throws -> Bool {
    let file = try File.open(path)
    return try file.hasAttribute("format") && file.textAttribute("format") == FileFormat.name
  }

  private static func failure(_ path: String, _ error: any Error) -> UserError {
    var reason = (error as NSError).localizedDescription
    if reason.hasSuffix(".") { reason.removeLast() }
    return UserError(.badFile, "\(path): cannot be written (\(reason)); choose another place")
  }
}
