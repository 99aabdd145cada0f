extension GridReader {
  /// Makes sure that nothing is set twice.
  mutating func setBase() {
    var seen: Set<Setting> = []
    for dimension in base.dimensions {
      for (index, setting) in dimension.settings.enumerated() {
        let mayBeFixed = groups[dimension.settings[0].path] != nil
        guard !seen.insert(setting).inserted || !mayBeFixed && base.fixed[setting] != nil else {
          continue
        }
        report(
          dimension.columns[index].compactMap { $0?.position }.first ?? dimension.position,
          setting.path, "is set in two places, which cannot both hold; keep one")
      }
    }
    let seeds = Setting.seeds.filter { seed in
      base.fixed[seed] != nil || base.dimensions.contains { $0.settings.contains(seed) }
    }
    if seeds.contains(.seed), seeds.count > 1 {
      report(
        base.position, "seed", "is one seed or a mapping of init, order and mask, not both")
    }
  }

  /// `when: [{if: dropout.rate > 0, dropout: {kind: [element-wise, spatial]}}]`.
  mutating func readWhen(_ node: GridNode) {
    let nodes = if case .list(let nodes) = node.content { nodes } else { [node] }
    for node in nodes {
      guard case .mapping(let entries) = node.content,
        let test = entries.first(where: { $0.key == "if" })
      else {
        report(
          node.position, "when",
          "is a list of mappings such as {if: dropout.rate > 0, dropout.kind: [spatial]}, not "
            + (node.inWords == "a mapping" ? "a mapping without `if`" : node.inWords))
        continue
      }
      let condition = readCondition(test.value, in: "when", of: base)
      let choices = readPart(entries, in: "when", others: ["if"])
      if entries.count == 1 {
        report(node.position, "when", "sets nothing where its condition holds; add an axis")
      }
      guard let condition else { continue }
      for choice in choices {
        if Setting.seeds.contains(choice.setting) {
          report(choice.position, choice.setting.path, "repeats a trial; it has no condition")
        } else if base.varying.contains(choice.setting) {
          report(
            choice.position, choice.setting.path,
            "is an axis of the grid already; give it in one place")
        } else {
          base.dimensions.append(Dimension(choice, condition: condition))
        }
      }
    }
  }

  /// The grid itself, or its branches.
  mutating func readSubGrids(union: GridNode?, sample: GridNode?) {
    guard let union else {
      subgrids = [base]
      subgrids[0].sample = sample.flatMap { readSample($0) }
      return
    }
    if let sample {
      report(sample.position, "sample", "belongs into the branches of `union`, where there is one")
    }
    guard case .list(let branches) = union.content, !branches.isEmpty else {
      return report(
        union.position, "union", "is a list of grids that are put together, not \(union.inWords)")
    }
    for branch in branches {
      readBranch(branch, in: "union", samples: true).map { subgrids.append($0) }
    }
  }

  /// Checks that the sample's method can take every axis.
  mutating func checkSample(_ subgrid: SubGrid) {
    let arms = subgrid.dimensions.count { dimension in
      !dimension.settings.contains { Setting.seeds.contains($0) }
    }
    guard let sample = subgrid.sample, sample.method == .sobol, arms > Sobol.mostDimensions else {
      return
    }
    report(
      sample.position, "sample",
      "sobol takes at most \(Sobol.mostDimensions) axes, and there are \(arms); "
        + "use latin-hypercube")
  }

  /// `include: [{dropout.rate: 0.9}]`: cells of their own.
  mutating func readInclude(_ node: GridNode) {
    guard case .list(let branches) = node.content else {
      return report(
        node.position, "include",
        "is a list of mappings such as `- {dropout.rate: 0.9}`, not \(node.inWords)")
    }
    for branch in branches {
      readBranch(branch, in: "include", samples: false).map { subgrids.append($0) }
    }
  }

  private mutating func readBranch(
    _ node: GridNode, in context: String, samples: Bool
  ) -> SubGrid? {
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      report(
        node.position, context,
        "a part is a mapping of settings such as {dropout.rate: [0.5, 0.9]}, not \(node.inWords)")
      return nil
    }
    var branch = base
    branch.position = node.position
    let choices = readPart(entries, in: context, others: samples ? ["sample"] : [])
    for choice in branch.replace(choices) {
      report(
        choice.position, choice.setting.path,
        "varies in `zip`, `groups` or `when`; it cannot be replaced in `\(context)`")
    }
    if samples {
      branch.sample = entries.first { $0.key == "sample" }.flatMap { readSample($0.value) }
      if let sample = branch.sample, sample.seconds != nil {
        report(
          sample.position, "sample", "has a count here: a budget in time is for a whole grid")
      }
    }
    return branch
  }
}
