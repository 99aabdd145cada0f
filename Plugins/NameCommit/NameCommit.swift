import Foundation
import PackagePlugin

/// Tells the program which commit it was built from.
///
/// A command with inputs, because that is what SwiftPM asks about at every build: it remembers what
/// a manifest said of git, and runs a prebuild command only when it plans the build anew.
@main struct NameCommit: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let root = context.package.directoryURL
    let script = root.appending(path: "scripts/write-commit")
    let output = context.pluginWorkDirectoryURL.appending(path: "BuildCommit.swift")
    let sources = context.package.targets.compactMap(\.sourceModule)
      .flatMap { $0.sourceFiles.map(\.url) }
    return [
      .buildCommand(
        displayName: "Naming the commit", executable: script, arguments: [output.path],
        inputFiles: [script] + gitFiles(of: root) + sources, outputFiles: [output])
    ]
  }

  /// What changes with every commit, checkout and addition; nothing outside a checkout.
  private func gitFiles(of root: URL) -> [URL] {
    var folder = root.appending(path: ".git")
    // A worktree has a file there that says where the rest is.
    if let text = try? String(contentsOf: folder, encoding: .utf8), text.hasPrefix("gitdir: ") {
      let path = text.dropFirst("gitdir: ".count).trimmingCharacters(in: .whitespacesAndNewlines)
      folder = URL(filePath: path, relativeTo: root)
    }
    return ["HEAD", "logs/HEAD", "index"].map { folder.appending(path: $0) }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
  }
}
