import ExperimentModel

/// The part of a trial that follows from its dropout settings.
struct DropoutPart: Sendable {
  /// As the cell says it, in the order of the network; no rate is 0.
  let dropouts: [WrittenDropout]
  /// In canonical form.
  let specs: [DropoutSpec]
  /// The rules that made `specs` of what is written.
  let rules: Set<MergeRule>
  var number: Int32 = 0

  var isEmpty: Bool { specs.isEmpty }
  /// As the cell says it.
  var written: [DropoutSpec] { dropouts.map(\.spec) }
  /// The sites as the cell names them.
  var names: [DropoutSite] { dropouts.map(\.named) }

  init(_ dropouts: [WrittenDropout], points: [DropoutPoint], merging: Merging) {
    self.dropouts = dropouts
    var rewriting = DropoutRewriting(
      points: points, merging: merging, taken: Set(dropouts.map(\.point)))
    specs = dropouts.map { rewriting.canonical($0) }
    rules = rewriting.rules
  }

  private var placed: [WrittenDropout] { dropouts.filter(\.isPlaced) }
  /// The largest rate of what is placed; 0 where nothing is.
  var rate: Double { placed.map(\.spec.rate).max() ?? 0 }
  /// `mixed` where they differ, empty where nothing is dropped.
  var kind: String { uniform(\.spec.kind.rawValue) }
  var placement: String { uniform(\.named.word.rawValue) }
  /// The largest rate after a dense layer that is not placed there.
  var denseRate: Double {
    dropouts.filter { !$0.isPlaced && $0.named.word == .dense }.map(\.spec.rate).max() ?? 0
  }

  private func uniform(_ value: (WrittenDropout) -> String) -> String {
    let values = Set(placed.map(value))
    return values.count > 1 ? "mixed" : values.first ?? ""
  }
}

/// Rewrites dropout by the rules that hold to the bit.
struct DropoutRewriting {
  let points: [DropoutPoint]
  let merging: Merging
  /// Points at which something is written.
  let taken: Set<Int>
  private(set) var rules: Set<MergeRule> = []

  init(points: [DropoutPoint], merging: Merging, taken: Set<Int>) {
    self.points = points
    self.merging = merging
    self.taken = taken
  }

  mutating func canonical(_ dropout: WrittenDropout) -> DropoutSpec {
    var spec = dropout.spec
    var index = dropout.point
    let isRow = points[index].isRow
    if let noise = spec.noise, merging.allows(.noiseShape) {
      let kind: DropoutKind? =
        switch (noise, isRow) {
        case (.elementWise, _): .elementWise
        case (.spatial, _): .spatial
        case (let noise, true): noise.sharesBatch || noise.sharesChannels ? nil : .elementWise
        default: nil
        }
      if let kind { change(&spec, to: kind, by: .noiseShape) }
    }
    if spec.kind == .spatial, isRow, merging.allows(.row) {
      change(&spec, to: .elementWise, by: .row)
    }
    if spec.kind == .elementWise, !isRow, points[index].shape.pixels == 1,
      merging.allows(.onePixel)
    {
      change(&spec, to: .spatial, by: .onePixel)
    }
    let next = index + 1
    if case .activation(let activation) = points[index].reader, points.indices.contains(next),
      !taken.contains(next), let rule = Self.rule(activation, spec, then: points[next].reader),
      merging.allows(rule)
    {
      index = next
      spec.site = points[index].site
      rules.insert(rule)
    }
    if case .pool(_, let pool, _, _) = points[index].reader, points.indices.contains(index + 1),
      !taken.contains(index + 1), spec.kind == .spatial,
      let rule = Self.rule(pool, rate: spec), merging.allows(rule)
    {
      spec.site = points[index + 1].names.first { $0.word == .afterPool } ?? spec.site
      rules.insert(rule)
    }
    return spec
  }

  private mutating func change(
    _ spec: inout DropoutSpec, to kind: DropoutKind, by rule: MergeRule
  ) {
    spec = DropoutSpec(site: spec.site, kind: kind, rate: spec.rate, schedule: spec.schedule)
    rules.insert(rule)
  }

  /// The rule that takes dropout from before an activation to after it; nil where none does.
  static func rule(
    _ activation: ActivationKind, _ spec: DropoutSpec, then reader: DropoutPoint.Reader
  ) -> MergeRule? {
    guard [.elementWise, .spatial].contains(spec.kind) else { return nil }
    // Right before a max pool the winner is picked before maps are scaled, elsewhere after it.
    if case .pool(_, .max, _, _) = reader, spec.kind == .spatial, !isPowerOfTwo(spec) {
      return nil
    }
    switch activation {
    case .relu: return .relu
    case .leakyReLU: return isPowerOfTwo(spec) ? .leakyReLU : nil
    case .elu, .selu, .tanh, .sigmoid: return nil
    }
  }

  /// The rule that takes spatial dropout from before a pool to after it; nil where none does.
  static func rule(_ pool: PoolKind, rate spec: DropoutSpec) -> MergeRule? {
    switch pool {
    case .max: .spatialMax
    case .average: isPowerOfTwo(spec) ? .spatialAverage : nil
    case .stochastic: nil
    }
  }

  /// Whether 1 / (1 - rate) is a power of two, which no rate on the way down to 0 stays.
  private static func isPowerOfTwo(_ spec: DropoutSpec) -> Bool {
    if case .linear = spec.schedule { return false }
    // A power of two has no bit set in its significand.
    return (1 / (1 - spec.rate)).significand == 1 && 1 - spec.rate >= 0x1p-20
  }
}

extension ImageShape {
  /// Elements of a map.
  var pixels: Int { height * width }
}
