internal import ExperimentModel
internal import HDF5

/// A dataset that is filled row by row.
struct RowColumn: Sendable, Hashable {
  var name: String
  var type: ElementType
  /// The length of a figure's second axis; nil for a column with one element per row.
  var epochs: Int?
  /// The lengths of further axes of a figure.
  var more: [Int] = []

  var rowBytes: Int { type.size * more.reduce(epochs ?? 1, *) }
  /// Lengths behind the first axis.
  var shape: [Int] { (epochs.map { [$0] } ?? []) + more }
}

/// The columns of a trial's row, in the order in which the row's checksum covers them.
struct RowSchema: Sendable, Hashable {
  let epochs: Int
  let metrics: [Metric]
  let diagnostics: DiagnosticsPlan?
  let engineBytes: Int
  /// Whether a row says which epoch its weights are of: not in version 1.
  let hasWeightsEpoch: Bool
  let columns: [RowColumn]

  init(
    epochs: Int, metrics: [Metric], engineBytes: Int, version: Int = FileFormat.version,
    diagnostics: DiagnosticsPlan? = nil
  ) {
    hasWeightsEpoch = version >= 2
    self.epochs = epochs
    self.metrics = metrics
    self.diagnostics = diagnostics
    self.engineBytes = engineBytes
    columns =
      [
        RowColumn(name: "trial_id", type: .text(bytes: FileFormat.trialIDBytes)),
        RowColumn(name: FileFormat.status, type: .int8),
        RowColumn(name: "session", type: .int32),
        RowColumn(name: "engine", type: .text(bytes: engineBytes)),
        RowColumn(name: "finished_at", type: .float64),
        RowColumn(name: "duration", type: .float64),
        RowColumn(name: "epochs_run", type: .int32),
        RowColumn(name: "message", type: .text(bytes: FileFormat.messageBytes)),
      ]
      + (hasWeightsEpoch ? [RowColumn(name: FileFormat.weightsEpoch, type: .int32)] : [])
      + metrics.map { RowColumn(name: $0.rawValue, type: .float32, epochs: epochs) }
      + (diagnostics.map { plan in
        plan.figures.map {
          RowColumn(name: $0.path, type: .float32, epochs: epochs, more: plan.lengths(of: $0))
        }
      } ?? [])
  }

  /// The names as they stand in the attribute `columns` of the checksum.
  var names: String { columns.map(\.name).joined(separator: " ") }
  var rowBytes: Int { columns.reduce(0) { $0 + $1.rowBytes } }

  /// The bytes of each column of a finished trial's row.
  ///
  /// A figure's values beyond the epochs that were run are NaN; figures that the file has no place
  /// for are left out.
  func encode(_ record: TrialRecord, session: Int, engine: String) -> [[UInt8]] {
    [
      Hexadecimal.encode(record.id.bytes),
      littleEndian([record.status.rawValue]),
      littleEndian([Int32(session)]),
      FixedText.encode(engine, bytes: engineBytes),
      littleEndian([record.finishedAt]),
      littleEndian([record.duration]),
      littleEndian([Int32(record.epochsRun)]),
      FixedText.encode(record.message, bytes: FileFormat.messageBytes),
    ]
      + (hasWeightsEpoch ? [littleEndian([Int32(record.keptSnapshots.last ?? 0)])] : [])
      + metrics.map { metric in
        let values = record.metrics[metric] ?? []
        precondition(values.count <= epochs, "\(metric) has \(values.count) of \(epochs) epochs")
        return littleEndian(values + Array(repeating: .nan, count: epochs - values.count))
      }
      + (diagnostics.map { plan in
        plan.figures.map { figure in
          let (values, places) = (
            record.diagnostics[figure] ?? [], epochs * plan.length(of: figure)
          )
          precondition(values.count <= places, "\(figure) has \(values.count) of \(places) values")
          return littleEndian(values + Array(repeating: .nan, count: places - values.count))
        }
      } ?? [])
  }
}

extension TrialRecord {
  /// The epochs whose weights it holds, ascending.
  var keptSnapshots: [Int] {
    if weights.isEmpty { return [] }
    return snapshots.isEmpty ? [epochsRun] : snapshots
  }
}

/// The bytes of `values` as the file stores them.
func littleEndian<Value: BitwiseCopyable>(_ values: [Value]) -> [UInt8] {
  values.withUnsafeBytes { Array($0) }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? 48 : 87) }
    return bytes.flatMap { [digit($0 >> 4), digit($0 & 15)] }
  }

  /// Nil where there is anything but pairs of lower-case hexadecimal digits.
  static func decode(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      let value: UInt8
      switch digit {
      case 48...57: value = digit - 48
      case 97...102: value = digit - 87
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return high == nil ? bytes : nil
  }
}
