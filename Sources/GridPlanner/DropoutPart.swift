import ExperimentModel

/// The part of a trial that follows from its dropout settings.
struct DropoutPart: Sendable {
  /// As the cell says it; no rate is 0.
  let written: [DropoutSpec]
  /// In canonical form.
  let specs: [DropoutSpec]
  /// The rules that made `specs` of `written`.
  let rules: Set<MergeRule>
  var number: Int32 = 0

  var isEmpty: Bool { specs.isEmpty }

  /// - Parameters:
  ///   - written: block by block, before a pool and then after it, dense layers last.
  ///   - pools: the network's.
  init(_ written: [DropoutSpec], pools: [PoolSite?], merging: Merging) {
    self.written = written
    var rules: Set<MergeRule> = []
    var specs = written
    for index in specs.indices {
      var spec = specs[index]
      guard let (block, isBefore) = spec.site.pool, let pool = pools[block - 1] else { continue }
      let pixels = isBefore ? pool.pixelsBefore : pool.pixelsAfter
      if spec.kind == .elementWise, pixels == 1, merging.allows(.onePixel) {
        spec.kind = .spatial
        rules.insert(.onePixel)
      }
      let isAlone = !written.contains { $0.site == .afterPool(block: block) }
      if isBefore, isAlone, spec.kind == .spatial,
        let rule = Self.rule(pool.kind, rate: spec.rate), merging.allows(rule)
      {
        spec.site = .afterPool(block: block)
        rules.insert(rule)
      }
      specs[index] = spec
    }
    self.specs = specs
    self.rules = rules
  }

  /// The rule that takes spatial dropout from before a pool to after it; nil where none does.
  static func rule(_ pool: PoolKind, rate: Double) -> MergeRule? {
    switch pool {
    case .max: .spatialMax
    case .average:
      // A power of two has no bit set in its significand.
      (1 / (1 - rate)).significand == 1 && 1 - rate >= 0x1p-20 ? .spatialAverage : nil
    }
  }

  /// The largest rate at a pool; 0 where nothing is dropped at one.
  var rate: Double { written.filter { $0.site.pool != nil }.map(\.rate).max() ?? 0 }
  /// `mixed` where the pools differ, empty where nothing is dropped at them.
  var kind: String { uniform(\.kind.rawValue) }
  var placement: String {
    uniform { $0.site.pool?.isBefore == true ? "before-pool" : "after-pool" }
  }
  /// The largest rate after a dense layer.
  var denseRate: Double { written.filter { $0.site.pool == nil }.map(\.rate).max() ?? 0 }

  private func uniform(_ value: (DropoutSpec) -> String) -> String {
    let values = Set(written.filter { $0.site.pool != nil }.map(value))
    return values.count > 1 ? "mixed" : values.first ?? ""
  }
}

extension DropoutSite {
  /// The block of a site at a pool and on which side it is; nil for dense layers.
  var pool: (block: Int, isBefore: Bool)? {
    switch self {
    case .beforePool(let block): (block, true)
    case .afterPool(let block): (block, false)
    case .dense: nil
    }
  }
}
