import ExperimentModel

extension GridFile {
  /// What a grid says beside the settings of its trials, as entries of the catalogue.
  static var options: [Catalogue.Entry] {
    func entry(_ name: String, _ summary: String, _ fallback: String, _ grid: String...)
      -> Catalogue.Entry
    {
      Catalogue.Entry(
        name: name, summary: summary, place: "If left out: \(fallback).", grid: grid)
    }
    let rules = StoppingRule.Kind.allCases.map(\.rawValue).joined(separator: ", ")
    let figures = StoppingRule.Figure.allCases.map(\.rawValue).joined(separator: ", ")
    return [
      entry("title", "A line above everything that is shown.", "the file's name"),
      entry("question", "What the grid asks, in a sentence.", "nothing"),
      entry("claim", "What the grid tests, in a sentence.", "nothing"),
      entry(
        "weights", "Which weights the results file keeps: none, final, best, every N (epochs).",
        "final where all of them take at most 1 GiB", "weights: every 5"),
      entry(
        "stopping", "What ends trials before their last epoch, by figures on validation images.",
        "nothing does", "data: {validation: 400}",
        "stopping: {rule: successive-halving, rungs: [1, 3, 9], reduction: 3}"),
      entry("stopping.rule", "\(rules).", "that is an error"),
      entry("stopping.metric", "\(figures), of the validation images.", "loss"),
      entry(
        "stopping.rungs", "Epochs after which arms are compared, ascending.",
        "grace, grace·reduction, grace·reduction², …"),
      entry(
        "stopping.reduction", "One arm in so many goes on: a whole number from 2 to 1000.",
        "3; 2 for median, whose rungs it spaces"),
      entry("stopping.grace", "The first epoch after which a trial can stop.", "1"),
      entry(
        "stopping.patience", "Epochs without improvement that end a trial.",
        "that is an error with the rule patience"),
      entry("stopping.min-delta", "Improvement is more than this.", "0"),
      entry(
        "diagnostics",
        "What to record of the inside of networks: "
          + (Diagnostic.allCases.map(\.rawValue) + [GridReader.allDiagnostics])
          .joined(separator: ", ") + ".",
        "nothing", "diagnostics: [activations, gradients]"),
      entry(
        "margin", "A difference of so many points of test accuracy does not matter.",
        "none, and nothing is shown to be equivalent", "margin: 0.5"),
      entry(
        "merge",
        "true, false or a list of rules by which cells are one trial: "
          + MergeRule.switchable.map(\.rawValue).joined(separator: ", ") + ".", "true"),
      entry(
        "compare", "The axes whose values are compared, and for each combination of what.",
        "every axis but the seed", "pool: [max, average]",
        "dropout: {rate: 0.5, placement: [before-pool, after-pool]}", "compare:",
        "  - {factor: dropout.placement, by: [pool]}"),
      entry(
        "sample",
        "How many arms to choose, or the hours or minutes in which to train them; "
          + Sample.Method.allCases.map(\.rawValue).joined(separator: ", ") + ".",
        "all arms", "sample: {count: 32, method: sobol, seed: 1}"),
      entry(
        "exclude", "Combinations to leave out.", "none",
        "dropout: {rate: [0.25, 0.5], kind: [element-wise, spatial]}",
        "exclude: ['dropout.kind == spatial and dropout.rate > 0.25']"),
      entry(
        "only", "Combinations to keep.", "all", "dropout: {rate: [0, 0.5], dense: [0, 0.5]}",
        "only: dropout.rate > 0 or dropout.dense > 0"),
      entry(
        "zip", "Axes that go in step.", "every axis with every other",
        "zip: {dropout.rate: [0.1, 0.5], batch: [16, 32]}"),
      entry(
        "groups", "Settings under one name.", "none",
        "groups: {arm: {none: {}, all: {dropout.rate: 0.5}}}"),
      entry(
        "when", "Axes under a condition.", "none", "dropout: {rate: [0, 0.5]}", "when:",
        "  - {if: dropout.rate > 0, dropout.kind: [element-wise, spatial]}"),
      entry(
        "union", "Grids that are put together, each this one with some settings replaced.", "one",
        "union:", "  - {dropout.rate: 0}", "  - {dropout.rate: [0.1, 0.5]}"),
      entry(
        "include", "Cells beside those of the grid.", "none", "include:",
        "  - {dropout.rate: 0.9}"),
    ]
  }
}
