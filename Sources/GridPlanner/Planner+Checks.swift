import ExperimentModel

extension Planner {
  /// The network of a cell, fitted to its images; nil after reporting why it does not fit.
  mutating func makeNetwork(_ cell: CellPlace) -> NetworkPart? {
    guard let card = card(cell) else { return nil }
    guard let spec = networkSpec(cell) else { return nil }
    let network: ResolvedNetwork
    do throws(NetworkShapeError) {
      network = try ResolvedNetwork(spec, input: card.shape, classes: card.classes)
    } catch {
      let context = [Setting.dense, .head, .pool, .dataName].compactMap { setting in
        spaces[cell.subgrid].dimension(of: setting) == nil
          ? nil : "\(setting.path) \(value(setting, cell).map(\.text) ?? "")"
      }
      let blamed = blamed(.modelName, or: Setting.networks, cell)
      report(
        at: blamed.position.isCommandLine ? blamed.position : position(of: error, cell), "model",
        "`\(spec.name)` does not fit \(card.name) (\(card.shape))"
          + (context.isEmpty ? "" : " with " + context.joined(separator: ", "))
          + ": \(error.path): \(error.message)")
      return nil
    }
    let points = network.points
    guard checkStochasticPools(points, spec, cell) else { return nil }
    return NetworkPart(
      spec: spec, number: 0, architecture: architecture(network), pool: pool(spec, cell),
      points: points, words: Set(points.flatMap(\.names).map(\.word)),
      forwardFLOPs: network.forwardFLOPs, trainingFLOPs: network.trainingFLOPs)
  }

  /// Where the file says what does not fit.
  private func position(of error: NetworkShapeError, _ cell: CellPlace) -> GridPosition {
    func part(_ prefix: String, _ setting: Setting) -> GridPosition? {
      guard error.path.hasPrefix(prefix), let level = level(setting, cell) else { return nil }
      let index = Int(error.path.dropFirst(prefix.count + 1).prefix { $0 != "]" })
      guard let index, level.parts.indices.contains(index) else { return level.position }
      return level.parts[index]
    }
    return part("blocks", .blocks) ?? part("dense", .dense)
      ?? level(.modelName, cell)?.position ?? level(.blocks, cell)?.position
      ?? position(.dataName, cell)
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
  private mutating func card(_ cell: CellPlace) -> DatasetCard? {
    let name = word(.dataName, cell)
    let position = position(.dataName, cell)
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
  mutating func makeData(_ cell: CellPlace) -> DataPart? {
    guard let card = card(cell) else { return nil }
    let before = issues.count
    let train = subset(.train, of: card.train, "training", card, cell)
    let test = subset(.test, of: card.test, "test", card, cell)
    let validation = integer(.validation, cell)
    let used = train ?? card.train
    if validation >= used, issues.count == before {
      let blamed = blamed(.validation, or: [.train, .dataName], cell)
      report(
        at: blamed.position, "data.validation",
        "\(validation) validation images leave nothing of the \(used) training images to train on")
    }
    guard issues.count == before else { return nil }
    let spec = DataSpec(
      name: card.name, train: train, test: test, validation: validation,
      standardisation: choice(.standardise, cell))
    return DataPart(
      spec: spec, number: 0, train: used - validation, test: test ?? card.test,
      fingerprint: card.fingerprint)
  }

  private mutating func subset(
    _ setting: Setting, of available: Int, _ noun: String, _ card: DatasetCard, _ cell: CellPlace
  ) -> Int? {
    guard case .integer(let size) = value(setting, cell) else { return nil }
    if size > available {
      let blamed = blamed(setting, or: [.dataName], cell)
      report(
        at: blamed.position, setting.path,
        "\(size) is more than the \(available) \(noun) images of \(card.name); "
          + "leave `\(setting.path)` out for all of them")
    }
    return Int(size)
  }
}
