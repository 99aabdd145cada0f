internal import ExperimentModel

/// Messages of TensorBoard's HParams plugin (`tensorboard/plugins/hparams/api.proto` and
/// `plugin_data.proto`).
enum HyperparameterRecords {
  /// Levels of a setting up to which the plugin offers them one by one.
  static let mostLevels = 32

  /// What the sweep varies and measures: for the directory that holds the runs.
  ///
  /// Settings that all trials share are left out, unless all of them are; the trials have them.
  static func experiment(_ results: SweepResults, time: Double) -> Protobuf {
    let experiment = Protobuf.message { experiment in
      experiment.add(1, text: results.question.isEmpty ? results.title : results.question)
      experiment.add(3, double: time)
      let varying = results.trialColumns.filter { column in
        (0..<column.count).contains { value(column, $0) != value(column, 0) }
      }
      for column in varying.isEmpty ? results.trialColumns : varying {
        experiment.add(4, setting(column))
      }
      // The plugin shows the first few of them at first.
      let first: [Metric] = [.testAccuracy, .testLoss]
      let metrics = first + Metric.allCases.filter { !first.contains($0) }
      for metric in metrics where results.metrics[metric] != nil {
        experiment.add(
          5,
          .message { info in
            info.add(1, .message { $0.add(2, text: metric.rawValue) })
            info.add(4, text: metric.longName)
          })
      }
      experiment.add(6, text: results.title)
    }
    return EventFile.hyperparameters("_hparams_/experiment", 2, experiment)
  }

  /// A trial's settings, under the name of its run.
  static func start(_ results: SweepResults, row: Int, run: String, time: Double) -> Protobuf {
    let session = Protobuf.message { session in
      for column in results.trialColumns {
        guard let value = value(column, row) else { continue }
        session.add(
          1,
          .message { entry in
            entry.add(1, text: column.path)
            entry.add(2, value)
          })
      }
      session.add(4, text: run)
      session.add(5, double: time)
    }
    return EventFile.hyperparameters("_hparams_/session_start_info", 3, session)
  }

  /// How a trial ended.
  static func end(_ status: TrialStatus, time: Double) -> Protobuf {
    let session = Protobuf.message { session in
      switch status {
      case .pending: session.add(1, varint: 3)
      case .failed, .diverged, .timedOut: session.add(1, varint: 2)
      case .done, .pruned, .censored: session.add(1, varint: 1)
      }
      session.add(2, double: time)
    }
    return EventFile.hyperparameters("_hparams_/session_end_info", 4, session)
  }

  private static func setting(_ column: Column) -> Protobuf {
    .message { info in
      info.add(1, text: column.path)
      let isText = if case .text = column.values { true } else { false }
      info.add(4, varint: isText ? 1 : 3)
      if let levels = levels(column) {
        info.add(5, .message { list in for level in levels { list.add(1, level) } })
      }
    }
  }

  /// The values that occur, in order of appearance; nil where there are too many to choose from.
  private static func levels(_ column: Column) -> [Protobuf]? {
    var levels: [Protobuf] = []
    for row in 0..<column.count {
      guard let value = value(column, row), !levels.contains(value) else { continue }
      levels.append(value)
      if levels.count > mostLevels { return nil }
    }
    return levels
  }

  /// A `google.protobuf.Value`; nil where the setting does not apply.
  private static func value(_ column: Column, _ row: Int) -> Protobuf? {
    switch column.values {
    case .text(let values):
      values[row].isEmpty ? nil : .message { $0.add(3, text: values[row]) }
    case .integer(let values): .message { $0.add(2, double: Double(values[row])) }
    case .real(let values): values[row].isNaN ? nil : .message { $0.add(2, double: values[row]) }
    }
  }
}
