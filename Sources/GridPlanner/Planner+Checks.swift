import ExperimentModel

extension Planner {
  /// The network of a cell, fitted to its images; nil after reporting why it does not fit.
  mutating func makeNetwork(_ levels: [Int]) -> NetworkPart? {
    guard let card = card(levels) else { return nil }
    var spec = networkSpec(levels)
    if case .word(let pool) = value(.pool, levels) {
      for index in spec.blocks.indices where spec.blocks[index].pool != nil {
        spec.blocks[index].pool = PoolKind(rawValue: pool)
      }
    }
    let network: ResolvedNetwork
    do throws(NetworkShapeError) {
      network = try ResolvedNetwork(spec, input: card.shape, classes: card.classes)
    } catch {
      let context = [Setting.dense, .pool, .dataName].compactMap { setting in
        axis(setting) == nil
          ? nil : "\(setting.path) \(value(setting, levels).map(\.text) ?? "")"
      }
      report(
        at: position(of: error, levels), "model",
        "`\(spec.name)` does not fit \(card.name) (\(card.shape))"
          + (context.isEmpty ? "" : " with " + context.joined(separator: ", "))
          + ": \(error.path): \(error.message)")
      return nil
    }
    let pools = Set(spec.blocks.compactMap(\.pool))
    return NetworkPart(
      spec: spec, number: 0, architecture: architecture(network),
      pool: pools.count > 1 ? "mixed" : pools.first?.rawValue ?? "",
      forwardFLOPs: network.forwardFLOPs, trainingFLOPs: network.trainingFLOPs)
  }

  private func networkSpec(_ levels: [Int]) -> NetworkSpec {
    var spec = NetworkSpec(name: "custom", blocks: [], dense: [])
    if case .blocks(let blocks) = value(.blocks, levels) {
      spec.blocks = blocks
      if grid.choice(.modelName) != nil { spec.name = word(.modelName, levels) }
    } else {
      let name = word(.modelName, levels)
      spec = NetworkSpec.named.first { $0.name == name } ?? spec
    }
    if case .widths(let widths) = value(.dense, levels) { spec.dense = widths }
    return spec
  }

  /// Where the file says what does not fit.
  private func position(of error: NetworkShapeError, _ levels: [Int]) -> GridPosition {
    func part(_ prefix: String, _ setting: Setting) -> GridPosition? {
      guard error.path.hasPrefix(prefix), let level = level(setting, levels) else { return nil }
      let index = Int(error.path.dropFirst(prefix.count + 1).prefix { $0 != "]" })
      guard let index, level.parts.indices.contains(index) else { return level.position }
      return level.parts[index]
    }
    return part("blocks", .blocks) ?? part("dense", .dense)
      ?? level(.modelName, levels)?.position ?? level(.blocks, levels)?.position
      ?? position(.dataName, levels)
  }

  /// The number of `network`'s architecture, named after the first network that has it.
  private mutating func architecture(_ network: ResolvedNetwork) -> Int {
    let parameters = network.parameters
    if let index = architectureOf[parameters] { return index }
    let base = network.spec.name
    var name = base
    while !architectureNames.insert(name).inserted {
      namesakes[base, default: 1] += 1
      name = "\(base)-\(namesakes[base, default: 1])"
    }
    architectureOf[parameters] = architectures.count
    architectures.append(Architecture(name: name, parameters: parameters))
    return architectures.count - 1
  }

  /// The card of a cell's data; nil after reporting that there is none.
  private mutating func card(_ levels: [Int]) -> DatasetCard? {
    let name = word(.dataName, levels)
    let position = position(.dataName, levels)
    guard let card = cards[name] else {
      report(at: position, "data.name", "the data set \(Wording.quote(name)) was not loaded")
      return nil
    }
    // Larger products of sizes could overflow in a network's shapes.
    let shape = card.shape
    let sides = [shape.height, shape.width, shape.channels]
    guard sides.allSatisfy({ (1...65_536).contains($0) }),
      sides.reduce(1.0, { $0 * Double($1) }) <= Double(1 << 28), (1...65_536).contains(card.classes)
    else {
      report(
        at: position, "data.name",
        "\(card.name) has images of \(shape) in \(card.classes) classes; an image has at most "
          + "2^28 numbers, and there are at most 65536 classes")
      return nil
    }
    return card
  }

  /// The data of a cell; nil after reporting sizes that the data set does not have.
  mutating func makeData(_ levels: [Int]) -> DataPart? {
    guard let card = card(levels) else { return nil }
    let before = issues.count
    let train = subset(.train, of: card.train, "training", card, levels)
    let test = subset(.test, of: card.test, "test", card, levels)
    let validation = integer(.validation, levels)
    let used = train ?? card.train
    if validation >= used, issues.count == before {
      report(
        at: position(.validation, levels), "data.validation",
        "\(validation) validation images leave nothing of the \(used) training images to train on")
    }
    guard issues.count == before else { return nil }
    let spec = DataSpec(
      name: card.name, train: train, test: test, validation: validation,
      standardisation: choice(.standardise, levels))
    return DataPart(
      spec: spec, number: 0, train: used - validation, test: test ?? card.test,
      fingerprint: card.fingerprint)
  }

  private mutating func subset(
    _ setting: Setting, of available: Int, _ noun: String, _ card: DatasetCard, _ levels: [Int]
  ) -> Int? {
    guard case .integer(let size) = value(setting, levels) else { return nil }
    if size > available {
      report(
        at: position(setting, levels), setting.path,
        "\(size) is more than the \(available) \(noun) images of \(card.name); "
          + "leave `\(setting.path)` out for all of them")
    }
    return Int(size)
  }

  /// The dropout of a cell; nil after reporting a rate that has nowhere to go.
  mutating func makeDropout(_ levels: [Int], _ network: NetworkSpec) -> DropoutPart? {
    let rate = real(.rate, levels)
    let denseRate = real(.denseRate, levels)
    let before = issues.count
    if rate > 0, network.blocks.allSatisfy({ $0.pool == nil }) {
      report(
        at: position(.rate, levels), "dropout.rate",
        "\(Column.text(rate)) has nowhere to go: `\(network.name)` has no pool; set it to 0 or "
          + "give a block a pool")
    }
    if denseRate > 0, network.dense.isEmpty {
      report(
        at: position(.denseRate, levels), "dropout.dense",
        "\(Column.text(denseRate)) has nowhere to go: `\(network.name)` has no hidden dense layer; "
          + "set it to 0 or give `model.dense` a width")
    }
    guard issues.count == before else { return nil }
    return DropoutPart(
      network: network, rate: rate, placement: choice(.placement, levels),
      kind: choice(.kind, levels), denseRate: denseRate)
  }
}
