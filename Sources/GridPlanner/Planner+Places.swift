import ExperimentModel

extension Planner {
  /// Reports rates without a place and settings of places that the network does not have.
  mutating func checkPlaces(_ cell: CellPlace, _ network: NetworkPart, _ sites: Set<Setting>) {
    let name = network.spec.name
    let words = network.words
    let placement: SiteWord = choice(.placement, cell)
    let general = [(Setting.rate, placement)]
    let sorts = SiteWord.allCases.compactMap { word in
      Setting.siteRate(word).map { ($0, word) }
    }
    for (setting, word) in general + sorts where real(setting, cell) > 0 && !words.contains(word) {
      let blamed = blamed(setting, or: [.placement] + Setting.networks, cell)
      report(
        at: blamed.position, blamed.setting.path,
        (blamed.setting == setting ? "" : "`\(setting.path)` ")
          + "\(Column.text(real(setting, cell))) has nowhere to go: `\(name)` has no "
          + "\(word.lack); set it to 0 or \(word.remedy)")
    }
    for setting in sites.sorted(by: { $0.path < $1.path }) where level(setting, cell) != nil {
      guard let place = setting.place,
        let problem = problem(with: place, of: setting, network, cell, sites)
      else { continue }
      let blamed = blamed(setting, or: [.placement] + Setting.networks, cell)
      report(
        at: blamed.position, blamed.setting.path,
        (blamed.setting == setting ? "" : "`\(setting.path)`: ") + problem)
    }
  }

  /// Why a network has no such place; nil where it has.
  private func problem(
    with place: Setting.Place, of setting: Setting, _ network: NetworkPart, _ cell: CellPlace,
    _ sites: Set<Setting>
  ) -> String? {
    let name = network.spec.name
    switch place {
    case .dense(let layer), .denseInput(let layer):
      guard layer > network.spec.dense.count else { return nil }
      return "`\(name)` has \(Wording.count(network.spec.dense.count, "hidden dense layer"))"
    case .logits, .logitsInput: return nil
    case .block(let block):
      // It stands at the block's placement.
      var word: SiteWord = choice(.placement, cell)
      let own = Setting.of(place, .placement)
      if sites.contains(own), case .word(let text) = value(own, cell) {
        word = SiteWord(rawValue: text) ?? word
      }
      // A kind can be for dropout at other sites of the block.
      guard
        word.isOfBlocks
          || [Setting.rate, .placement].contains(where: {
            Setting.of(place, $0) == setting
          })
      else { return nil }
      let isThere = network.points.contains { point in
        point.names.contains { $0.block == block && $0.word == word }
      }
      return isThere ? nil : lack(of: word, in: block, network)
    case .blockSite(let block, let word):
      return place.sites(in: network.points).isEmpty ? lack(of: word, in: block, network) : nil
    case .convolution(let block, let index):
      return lackOfConvolution(index, in: block, network)
    case .convolutionSite(let block, let index, let side):
      guard place.sites(in: network.points).isEmpty else { return nil }
      let word = DropoutSite.convolution(block: block, index: index, side).word
      return lackOfConvolution(index, in: block, network) ?? lack(of: word, in: block, network)
    }
  }

  private func lackOfConvolution(
    _ index: Int, in block: Int, _ network: NetworkPart
  ) -> String? {
    let blocks = network.spec.blocks
    guard blocks.indices.contains(block - 1), index > blocks[block - 1].convolutions else {
      return nil
    }
    return "block \(block) of `\(network.spec.name)` has "
      + Wording.count(blocks[block - 1].convolutions, "convolution")
  }

  /// What a block lacks for a sort of site, and which blocks have it.
  private func lack(of word: SiteWord, in block: Int, _ network: NetworkPart) -> String {
    guard word.isOfBlocks else {
      return "\(word.rawValue) is no place in a block; the blocks' placements are "
        + Wording.alternatives(Setting.blockPlacements.map(\.rawValue))
    }
    let others = Set(network.points.flatMap(\.names).filter { $0.word == word }.compactMap(\.block))
    return "block \(block) of `\(network.spec.name)` has no \(word.lack); "
      + (others.isEmpty
        ? "no block has one"
        : "those with one are \(others.sorted().map(String.init).joined(separator: ", "))")
  }
}

extension SiteWord {
  fileprivate var isOfBlocks: Bool { Setting.blockPlacements.contains(self) }

  /// What a network without such a site has none of.
  fileprivate var lack: String {
    switch self {
    case .input: "input"
    case .convolutionInput, .beforeActivation, .afterActivation: "convolution"
    case .beforeNorm, .afterNorm: "normalisation"
    case .beforePool, .afterPool: "pool"
    case .denseInput, .dense: "hidden dense layer"
    case .logitsInput: "logits"
    }
  }

  /// How to get one.
  fileprivate var remedy: String {
    switch self {
    case .beforeNorm, .afterNorm: "set `model.normalisation`"
    case .beforePool, .afterPool: "give a block a pool"
    case .denseInput, .dense: "give `model.dense` a width"
    case .input, .convolutionInput, .beforeActivation, .afterActivation, .logitsInput:
      "give a block a convolution"
    }
  }
}

extension SubGrid {
  /// The settings of single places that it says something about.
  var siteSettings: Set<Setting> {
    Set((Array(fixed.keys) + varying).filter { $0.place != nil })
  }
}
