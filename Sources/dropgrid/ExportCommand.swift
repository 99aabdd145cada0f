import ArgumentParser
import Console
import ExperimentModel
import Export
import Foundation
import ResultsStore

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Take weights and tables out of a results file, for other tools.",
    discussion: "Parquet: pipe `export json` through scripts/json-to-parquet (docs/export.md).",
    subcommands: [
      Keras.self, SafetensorsFile.self, CSV.self, JSON.self, TensorBoard.self,
    ])

  struct Input: ParsableArguments {
    @Argument(help: "The results file (HDF5).", completion: .file(extensions: ["h5"]))
    var file: String

    @Flag(help: "Replace files that are there.")
    var force = false

    func output(_ path: String, kind: OutputKind? = nil) -> OutputFile {
      OutputFile(path, kind: kind, inputs: [file], replacing: force)
    }
  }

  struct Weights: ParsableArguments {
    @Option(
      help: """
        A row of the file, an id or the beginning of one, or 'best': the finished trial with the \
        highest last validation accuracy, or test accuracy without validation images (default: \
        best).
        """, transform: Self.choice)
    var trial = TrialChoice.best

    @Option(help: "After which epoch, where the file keeps several (default: the last kept).")
    var epoch: Int?

    @Option(
      name: .shortAndLong, help: "A file, or a directory for a file with the trial's id.",
      completion: .file())
    var output: String

    private static func choice(_ text: String) throws -> TrialChoice {
      guard let choice = TrialChoice(text) else {
        throw ValidationError(
          "'\(text)' is no trial; give its row, 4 digits or more of its id, or 'best'.")
      }
      return choice
    }

    /// Writes what `make` makes of the chosen trial's weights.
    func export(
      _ input: Input, ending: String, kind: OutputKind? = nil,
      make: (TrialWeights) throws -> [UInt8]
    ) throws {
      let reader = try ResultsReader.telling(input.file)
      let weights = try TrialWeights(reader, trial, epoch: epoch)
      let isDirectory = output.hasSuffix("/") || OutputFile.isDirectory(output)
      let directory = output.hasSuffix("/") ? output : output + "/"
      if isDirectory { try OutputFile.makeDirectory(directory) }
      let output = input.output(
        isDirectory ? "\(directory)\(weights.id)\(ending)" : output, kind: kind)
      try output.check()
      try output.put(try make(weights), "\(output.path): \(weights.summary)")
    }
  }

  struct Keras: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A trial's weights, for keras.Model.load_weights.")

    @OptionGroup var input: Input
    @OptionGroup var weights: Weights

    func validate() throws {
      let isDirectory = weights.output.hasSuffix("/") || OutputFile.isDirectory(weights.output)
      guard isDirectory || KerasWeights.fileEndings.contains(where: weights.output.hasSuffix) else {
        throw ValidationError(
          "Keras loads weights from names that end in .weights.h5 (or, in its older dialect, .h5)"
            + " and not from '\(weights.output)'.")
      }
    }

    func run() async throws {
      try weights.export(input, ending: ".weights.h5", kind: .keras, make: KerasWeights.file)
    }
  }

  struct SafetensorsFile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "safetensors", abstract: "A trial's weights, as PyTorch names and orders them.")

    @OptionGroup var input: Input
    @OptionGroup var weights: Weights

    func run() async throws {
      try weights.export(input, ending: ".safetensors", make: Safetensors.file)
    }
  }

  struct CSV: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "csv", abstract: "Trials, epochs and cells as one CSV file each.")

    @OptionGroup var input: Input

    @Option(
      name: .shortAndLong, help: "The directory for trials.csv, epochs.csv and cells.csv.",
      completion: .directory)
    var output: String

    func run() async throws {
      let tables = ResultTable.all(of: try ResultsReader.telling(input.file))
      try OutputFile.makeDirectory(output)
      let files = tables.map { input.output("\(output)/\($0.name).csv") }
      for file in files { try file.check() }
      for (table, file) in zip(tables, files) {
        let count = table.rowCount
        try file.put(table.csv(), "\(file.path): \(count == 1 ? "1 row" : "\(count) rows")")
      }
    }
  }

  struct JSON: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "json", abstract: "Trials, epochs and cells as one JSON document.")

    @OptionGroup var input: Input

    @Option(
      name: .shortAndLong, help: "The file (default: the standard output).", completion: .file())
    var output: String?

    func run() async throws {
      let reader = try ResultsReader.telling(input.file)
      let output = input.output(output ?? "-")
      try output.check()
      let count = reader.results.trialIDs.count
      let document = String(decoding: ResultsDocument.json(of: reader), as: UTF8.self)
      try output.put(
        PlainText.json(document), "\(output.path): \(count == 1 ? "1 trial" : "\(count) trials")")
    }
  }

  struct TensorBoard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "tensorboard",
      abstract: "Event files: a run per trial with its curves and its settings.")

    @OptionGroup var input: Input

    @Option(name: .shortAndLong, help: "The directory of the runs.", completion: .directory)
    var output: String

    func run() async throws {
      let log = try TensorBoardLog(try ResultsReader.telling(input.file))
      try log.write(to: output, replacing: input.force)
      let count = log.rows.count
      StandardOutput.line(
        "\(output): \(count == 1 ? "1 run" : "\(count) runs"); look at them with: "
          + "tensorboard --logdir \(output.shellWord)")
    }
  }
}
