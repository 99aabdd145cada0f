import ExperimentModel

/// Settings of one block, one site or one dense layer: `dropout.block2.after-pool.rate`.
extension Setting {
  /// What a setting of a single place sets.
  enum Place: Hashable {
    /// `dropout.block2.rate`: at the block's placement.
    case block(Int)
    /// `dropout.block2.after-pool.rate`.
    case site(Int, Placement)
    /// `dropout.dense1.rate`.
    case dense(Int)
  }

  static let mostPlaces = 64

  /// The setting at `path` if it is one of a single place.
  static func site(_ path: String) -> Setting? {
    let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard keys.count >= 3, keys[0] == "dropout", let place = place(keys[1]) else { return nil }
    switch (place, keys.dropFirst(2).joined(separator: ".")) {
    case (_, "rate"): return of(place, .rate)
    case (.block, "kind"): return of(place, .kind)
    case (.block, "placement"): return of(place, .placement)
    case (.block(let block), _):
      guard keys.count == 4, let side = Placement(rawValue: keys[2]),
        let general = [rate, kind].first(where: { $0.path == "dropout.\(keys[3])" })
      else { return nil }
      return of(.site(block, side), general)
    default: return nil
    }
  }

  /// `general` (the rate, kind or placement) at `place`.
  static func of(_ place: Place, _ general: Setting) -> Setting {
    let name =
      switch place {
      case .block(let block): "block\(block)"
      case .site(let block, let side): "block\(block).\(side.rawValue)"
      case .dense(let layer): "dense\(layer)"
      }
    let last = general.path.dropFirst("dropout.".count)
    return Setting("dropout.\(name).\(last)", column: "\(name).\(last)", general.kind)
  }

  /// The block or dense layer that `dropout.NAME` stands for.
  static func place(_ name: String) -> Place? {
    for (prefix, make) in [("block", Place.block), ("dense", Place.dense)]
    where name.hasPrefix(prefix) {
      let digits = name.dropFirst(prefix.count)
      guard let number = Int(digits), "\(number)" == digits, (1...mostPlaces).contains(number)
      else { return nil }
      return make(number)
    }
    return nil
  }

  /// The keys under `dropout.block1`, `dropout.block1.after-pool` or `dropout.dense1`.
  static func keys(of place: Place) -> [String] {
    switch place {
    case .block: ["rate", "kind", "placement"] + Placement.allCases.map(\.rawValue)
    case .site: ["rate", "kind"]
    case .dense: ["rate"]
    }
  }

  /// The block of a setting of a single block or site; the layer of one of a dense layer.
  var place: Place? {
    let keys = path.split(separator: ".").map(String.init)
    guard keys.count >= 3, keys[0] == "dropout", let place = Self.place(keys[1]) else {
      return nil
    }
    if case .block(let block) = place, let side = Placement(rawValue: keys[2]) {
      return .site(block, side)
    }
    return place
  }
}
