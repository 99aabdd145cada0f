import ExperimentModel

extension Planner {
  /// The dropout of a cell; nil after reporting a rate that has nowhere to go.
  mutating func makeDropout(_ cell: CellPlace, _ network: NetworkPart) -> DropoutPart? {
    let before = issues.count
    let sites = spaces[cell.subgrid].subgrid.siteSettings
    checkPlaces(cell, network, sites)
    var specs: [DropoutSpec] = []
    for block in network.pools.indices where network.pools[block] != nil {
      for side in Placement.allCases {
        dropout(cell, block: block + 1, side, sites).map { specs.append($0) }
      }
    }
    let general = real(.denseRate, cell)
    for layer in network.spec.dense.indices {
      let own = rate(Setting.of(.dense(layer + 1), .rate), cell, sites)
      let rate = own ?? general
      if rate > 0 {
        specs.append(
          DropoutSpec(site: .dense(layer: layer + 1), kind: .elementWise, rate: rate))
      }
    }
    guard issues.count == before else { return nil }
    return DropoutPart(specs, pools: network.pools, merging: merging)
  }

  /// What stands on one side of a block's pool: the site's own rate, or the block's or every
  /// block's where its placement is that side.
  private func dropout(
    _ cell: CellPlace, block: Int, _ side: Placement, _ sites: Set<Setting>
  ) -> DropoutSpec? {
    let site = Setting.Place.site(block, side)
    func word<T: RawRepresentable<String>>(_ place: Setting.Place, _ general: Setting) -> T? {
      let setting = Setting.of(place, general)
      guard sites.contains(setting), case .word(let word) = value(setting, cell) else { return nil }
      return T(rawValue: word)
    }
    var found = rate(Setting.of(site, .rate), cell, sites)
    let placement: Placement = word(.block(block), .placement) ?? choice(.placement, cell)
    if found == nil, placement == side {
      found = rate(Setting.of(.block(block), .rate), cell, sites) ?? real(.rate, cell)
    }
    guard let rate = found, rate > 0 else { return nil }
    let kind: DropoutKind =
      word(site, .kind) ?? word(.block(block), .kind) ?? choice(.kind, cell)
    return DropoutSpec(
      site: side == .beforePool ? .beforePool(block: block) : .afterPool(block: block),
      kind: kind, rate: rate)
  }

  /// A rate of a single place; nil where the cell gives none.
  private func rate(_ setting: Setting, _ cell: CellPlace, _ sites: Set<Setting>) -> Double? {
    guard sites.contains(setting), case .real(let rate) = value(setting, cell) else { return nil }
    return rate
  }

  /// Reports rates without a place and settings of places that the network does not have.
  private mutating func checkPlaces(
    _ cell: CellPlace, _ network: NetworkPart, _ sites: Set<Setting>
  ) {
    let name = network.spec.name
    let pools = network.pools.indices.filter { network.pools[$0] != nil }
    if real(.rate, cell) > 0, pools.isEmpty {
      report(
        at: position(.rate, cell), "dropout.rate",
        "\(Column.text(real(.rate, cell))) has nowhere to go: `\(name)` has no pool; set it to 0 "
          + "or give a block a pool")
    }
    if real(.denseRate, cell) > 0, network.spec.dense.isEmpty {
      report(
        at: position(.denseRate, cell), "dropout.dense",
        "\(Column.text(real(.denseRate, cell))) has nowhere to go: `\(name)` has no hidden dense "
          + "layer; set it to 0 or give `model.dense` a width")
    }
    for setting in sites.sorted(by: { $0.path < $1.path }) where level(setting, cell) != nil {
      switch setting.place {
      case .block(let block), .site(let block, _):
        guard !pools.contains(block - 1) else { continue }
        report(
          at: position(setting, cell), setting.path,
          "block \(block) of `\(name)` has no pool; "
            + (pools.isEmpty
              ? "no block has one"
              : "those with one are \(pools.map { "\($0 + 1)" }.joined(separator: ", "))"))
      case .dense(let layer):
        guard layer > network.spec.dense.count else { continue }
        report(
          at: position(setting, cell), setting.path,
          "`\(name)` has \(Wording.count(network.spec.dense.count, "hidden dense layer"))")
      case nil: break
      }
    }
  }
}

extension SubGrid {
  /// The settings of single places that it says something about.
  var siteSettings: Set<Setting> {
    Set((Array(fixed.keys) + varying).filter { $0.place != nil })
  }
}
