internal import Foundation

/// The event files that exports have left in a directory, known by their names.
struct EarlierRuns {
  let files: [String]
  private let folders: [String]

  init(in directory: String) {
    func files(in folder: String) -> [String] {
      Self.names(in: folder).filter {
        $0.wholeMatch(of: /events\.out\.tfevents\.[0-9]+\.dropgrid/) != nil
      }.map { "\(folder)/\($0)" }
    }
    folders = Self.names(in: directory).filter {
      $0.wholeMatch(of: /trial-[0-9]{4,}-[0-9a-f]{8}/) != nil
    }.map { "\(directory)/\($0)" }
    self.files = files(in: directory) + folders.flatMap(files)
  }

  /// Removes all but `kept`, and the folders of runs that are empty then.
  func remove(besides kept: Set<String>) {
    for file in files where !kept.contains(file) { unlink(file) }
    // Fails where there is anything in it.
    for folder in folders { rmdir(folder) }
  }

  private static func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
  }
}
