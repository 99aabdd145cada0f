import ExperimentModel

// What is trained: data, networks, dropout, optimisers, and what ends a training.
extension PlanReport {
  var subjectLines: [String] {
    var lines: [String] = []
    let used = usedData
    for card in plan.datasets {
      lines += Self.entry(
        lines.isEmpty ? "Data" : "",
        "\(card.name): \(card.shape), \(card.classes) classes; "
          + splits(used.filter { $0.name == card.name }, card))
    }
    let networks = networks
    for (index, network) in networks.prefix(5).enumerated() {
      let parameters = network.resolved.parameters.reduce(0) { $0 + $1.count }
      let on = plan.datasets.count > 1 ? " on \(network.data.name)" : ""
      lines += Self.entry(
        index == 0 ? "Network" : "",
        "\(network.name)\(on): \(Wording.count(parameters, "parameter")), "
          + "\(Quantity.flops(network.resolved.trainingFLOPs)) per training image")
    }
    if networks.count > 5 {
      lines += Self.entry("", "and \(networks.count - 5) more")
    }
    if !fixedDropout.isEmpty { lines += Self.entry("Dropout", fixedDropout) }
    lines += Self.entry("Training", training)
    if !stopping.isEmpty { lines += Self.entry("Stopping", stopping) }
    for (index, note) in grid.unreadNotes.enumerated() {
      lines += Self.entry(index == 0 ? "Note" : "", note)
    }
    if !plan.comparisons.isEmpty {
      for (index, comparison) in plan.comparisons.enumerated() {
        let by = comparison.by.isEmpty ? "" : " for each \(comparison.by.joined(separator: ", "))"
        lines += Self.entry(
          index == 0 ? "Compared" : "",
          comparison.factor + by
            + (plan.neverPairs(comparison)
              ? ": never, as no seed has two of its values; give each the same seeds" : ""))
        if power.indices.contains(index), !power[index].isEmpty {
          lines += Self.entry("", "  " + power[index])
        }
      }
      if !powerLegend.isEmpty, power.contains(where: { !$0.isEmpty }) {
        lines += Self.entry("", powerLegend)
      }
    }
    return lines
  }

  private func splits(_ specs: Set<DataSpec>, _ card: DatasetCard) -> String {
    func numbers(_ values: [Int]) -> String {
      let sorted = Set(values).sorted()
      guard let low = sorted.first, let high = sorted.last else { return "0" }
      return low == high
        ? Wording.grouped(low) : "\(Wording.grouped(low)) to \(Wording.grouped(high))"
    }
    let validation = numbers(specs.map(\.validation))
    return "\(numbers(specs.map { ($0.train ?? card.train) - $0.validation })) training, "
      + (validation == "0" ? "" : "\(validation) validation, ")
      + "\(numbers(specs.map { $0.test ?? card.test })) test images"
  }

  private var training: String {
    let trainings = usedTrainings
    let optimisers = Set(trainings.map(\.optimiser))
    let batches = Set(trainings.map(\.batch)).sorted()
    let epochs = usedEpochs
    var text =
      "\(list(epochs)) epoch\(epochs == [1] ? "" : "s") in batches of \(list(batches)); "
    if optimisers.count == 1, let optimiser = optimisers.first {
      text += optimiser.inWords
    } else {
      let names = Set(optimisers.map(\.name)).sorted { $0.rawValue < $1.rawValue }
      text += "\(names.map(\.inWords).joined(separator: " and ")) in \(optimisers.count) settings"
    }
    if let smoothing = trainings.first?.labelSmoothing, smoothing > 0,
      trainings.allSatisfy({ $0.labelSmoothing == smoothing })
    {
      text += "; label smoothing \(Column.text(smoothing))"
    }
    let draws = Set(trainings.map(\.monteCarlo)).subtracting([0]).sorted()
    if !draws.isEmpty { text += "; Monte-Carlo evaluation with \(list(draws)) draws" }
    for (images, cadences) in [
      ("training", trainings.map(\.trainEvaluation)), ("test", trainings.map(\.testEvaluation)),
    ] {
      let texts = Set(cadences).subtracting([.every(1)]).map(\.inWords).sorted()
      if !texts.isEmpty {
        text += "; \(images) images evaluated \(texts.joined(separator: " or "))"
      }
    }
    text += "; weights kept: \(plan.weights.text)"
    guard case .every(let interval) = plan.weights, let least = epochs.first, least < interval
    else { return text }
    let short = list(epochs.filter { $0 < interval })
    return text + " (of trials of \(short) epochs the last epoch's)"
  }

  /// What the grid says of dropout beside its axes: `rate 0.5, schedule linear, schedule-epochs 5`.
  private var fixedDropout: String {
    guard plan.layout.drafts.contains(where: { !plan.planner.dropouts[Int($0.dropout)].isEmpty })
    else { return "" }
    return grid.constants().filter { setting, value in
      setting.path.hasPrefix("dropout.") && value != .real(0)
    }.map { setting, value in
      "\(setting.path.dropFirst("dropout.".count)) \(value.text)"
    }.joined(separator: ", ")
  }

  /// The stopping rule, with the epochs at which trials of this grid meet it.
  private var stopping: String {
    guard let rule = grid.stopping, let most = usedEpochs.last else { return "" }
    let spared = list(usedEpochs.filter { $0 <= rule.firstEnd })
    return rule.words(epochs: most)
      + (spared.isEmpty ? "" : "; trials of \(spared) epochs run to their end")
      + "; forecasts are without it"
  }

  private var usedEpochs: [Int] { Set(usedTrainings.map(\.epochs)).sorted() }

  private func list(_ values: [Int]) -> String { GridAxis.shortened(values.map(String.init)) }
}

extension EvaluationCadence {
  fileprivate var inWords: String {
    switch self {
    case .every(1): "after every epoch"
    case .every(let interval): "after every \(interval) epochs"
    case .last: "after the last epoch"
    }
  }
}
