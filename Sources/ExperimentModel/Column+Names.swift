extension Column {
  /// Names of what a results file has beside the columns of its grid.
  public static let fileNames: Set<String> = Set(
    [
      "trial", "epoch", "cell", "cell_trial", "cell_rule", "cells", "weights", "provenance",
      "diagnostics", "architecture", "generation", "trial_id", "status", "session", "engine",
      "finished_at", "duration", "epochs_run", "message", "weights_epoch", "row_crc32c",
    ] + Metric.allCases.map(\.rawValue))

  /// The same for exported tables, logs of events, and the JSON and CSV of commands.
  private static let outputNames: Set<String> = [
    "rule", "time", "event", "worker", "id", "flops",
  ]

  /// Whether a column of a grid's own may not be called `name`: something beside it is called so.
  ///
  /// What begins with `final_` or `best_` is kept for figures.
  public static func isTaken(_ name: String) -> Bool {
    fileNames.contains(name) || outputNames.contains(name) || name.hasPrefix("final_")
      || name.hasPrefix("best_")
  }
}
