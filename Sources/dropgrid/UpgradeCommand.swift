import ArgumentParser
import Console
import ResultsStore

struct UpgradeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade",
    abstract: "Bring a results file of an older format to the format of today.",
    discussion: """
      Older formats are read and continued as they are; only `merge` wants files of one format. \
      The results stay as they are, to the bit.
      """)

  @Argument(help: "The results file (HDF5).", completion: .file(extensions: ["h5"]))
  var file: String

  func run() async throws {
    let version = try FormatUpgrade.upgrade(file)
    StandardOutput.line(
      version == FileFormat.version
        ? "\(file): has format version \(version), the newest"
        : "\(file): format version \(version) is now \(FileFormat.version)")
  }
}
