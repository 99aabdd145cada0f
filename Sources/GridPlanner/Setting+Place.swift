import ExperimentModel

/// Settings of single places: `dropout.block2.after-pool.rate`, `dropout.dense1.kind`.
extension Setting {
  /// What a setting of a single place belongs to.
  enum Place: Hashable {
    /// `dropout.block2`: at the block's placement.
    case block(Int)
    /// `dropout.block2.after-pool`, or `dropout.block2.after-activation` for each convolution.
    case blockSite(Int, SiteWord)
    /// `dropout.block2.conv1`: only a step on the way.
    case convolution(Int, Int)
    case convolutionSite(Int, Int, DropoutSite.ConvolutionSide)
    case dense(Int)
    case denseInput(Int)
    /// `dropout.logits`: only a step on the way.
    case logits
    case logitsInput
    /// `dropout.input` has a rate of its own, and no place below it.

    /// The place of one site; nil for the input, which is set by `dropout.input`.
    init?(_ site: DropoutSite) {
      switch site {
      case .input: return nil
      case .convolution(let block, let index, let side):
        self = .convolutionSite(block, index, side)
      case .beforePool(let block): self = .blockSite(block, .beforePool)
      case .afterPool(let block): self = .blockSite(block, .afterPool)
      case .denseInput(let layer): self = .denseInput(layer)
      case .dense(let layer): self = .dense(layer)
      case .logitsInput: self = .logitsInput
      }
    }
  }

  static let mostPlaces = 64
  /// Words that can stand behind `dropout.block1.`.
  static let blockWords: [SiteWord] = [
    .beforeNorm, .afterNorm, .beforeActivation, .afterActivation, .beforePool, .afterPool,
  ]
  /// Words that a block's own placement can have.
  static let blockPlacements = [SiteWord.convolutionInput] + blockWords

  /// What every place can have; the first is the rate.
  static let placed = [
    rate, kind, noiseShape, blockSize, blockChannels, blockCentres, inference, inferenceSamples,
    rateSchedule, scheduleEpochs,
  ]

  /// The setting at `path` if it is one of a single place.
  static func site(_ path: String) -> Setting? {
    var keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard keys.count >= 3, keys.removeFirst() == "dropout", let last = keys.popLast(),
      let place = Place(keys), let general = place.settings.first(where: { $0.lastKey == last })
    else { return nil }
    return of(place, general)
  }

  /// `general` at `place`.
  static func of(_ place: Place, _ general: Setting) -> Setting {
    let kind = general == placement ? blockPlacementKind : general.kind
    return Setting(
      "dropout.\(place.name).\(general.lastKey)", column: "\(place.name).\(general.lastKey)", kind)
  }

  private static let blockPlacementKind = Kind.word(blockPlacements.map(\.rawValue))

  /// The place of a setting of a single one.
  var place: Place? {
    var keys = path.split(separator: ".").map(String.init)
    guard keys.count >= 3, keys.removeFirst() == "dropout" else { return nil }
    keys.removeLast()
    return Place(keys)
  }

  /// `rate` of `dropout.rate`.
  fileprivate var lastKey: String { path.split(separator: ".").last.map(String.init) ?? path }
}

extension Setting.Place {
  /// Reads the keys between `dropout` and the last one.
  init?(_ keys: [String]) {
    guard let first = keys.first, var place = Self(first) else { return nil }
    for key in keys.dropFirst() {
      guard let next = place.child(key) else { return nil }
      place = next
    }
    self = place
  }

  /// `block1`, `dense1` or `logits`.
  init?(_ key: String) {
    if let block = Self.number(key, behind: "block") {
      self = .block(block)
    } else if let layer = Self.number(key, behind: "dense") {
      self = .dense(layer)
    } else if key == "logits" {
      self = .logits
    } else {
      return nil
    }
  }

  private static func number(_ key: String, behind prefix: String) -> Int? {
    guard key.hasPrefix(prefix) else { return nil }
    let digits = key.dropFirst(prefix.count)
    guard let number = Int(digits), "\(number)" == digits,
      (1...Setting.mostPlaces).contains(number)
    else { return nil }
    return number
  }

  /// The place that `key` leads to from this one.
  func child(_ key: String) -> Self? {
    switch self {
    case .block(let block):
      if let index = Self.number(key, behind: "conv") { return .convolution(block, index) }
      return Setting.blockWords.first { $0.rawValue == key }.map { .blockSite(block, $0) }
    case .convolution(let block, let index):
      return DropoutSite.ConvolutionSide(rawValue: key).map { .convolutionSite(block, index, $0) }
    case .dense(let layer): return key == "input" ? .denseInput(layer) : nil
    case .logits: return key == "input" ? .logitsInput : nil
    case .blockSite, .convolutionSite, .denseInput, .logitsInput: return nil
    }
  }

  /// `block2.conv1.after-activation`.
  var name: String {
    switch self {
    case .block(let block): "block\(block)"
    case .blockSite(let block, let word): "block\(block).\(word.rawValue)"
    case .convolution(let block, let index): "block\(block).conv\(index)"
    case .convolutionSite(let block, let index, let side):
      "block\(block).conv\(index).\(side.rawValue)"
    case .dense(let layer): "dense\(layer)"
    case .denseInput(let layer): "dense\(layer).input"
    case .logits: "logits"
    case .logitsInput: "logits.input"
    }
  }

  /// What can be set there.
  var settings: [Setting] {
    switch self {
    case .block: [.rate, .placement] + Setting.placed.dropFirst()
    case .blockSite, .convolutionSite, .dense, .denseInput, .logitsInput: Setting.placed
    case .convolution, .logits: []
    }
  }

  /// The keys of the places below it; `conv1` stands for all convolutions.
  var children: [String] {
    switch self {
    case .block: Setting.blockWords.map(\.rawValue) + ["conv1"]
    case .convolution: DropoutSite.ConvolutionSide.allCases.map(\.rawValue)
    case .dense, .logits: ["input"]
    case .blockSite, .convolutionSite, .denseInput, .logitsInput: []
    }
  }

  /// Every key that can stand below it.
  var keys: [String] { settings.map(\.lastKey) + children }

  /// The sites of a network that it means.
  func sites(in points: [DropoutPoint]) -> [DropoutSite] {
    points.flatMap(\.names).filter(holds)
  }

  /// Whether what is set here holds for a site.
  func holds(_ site: DropoutSite) -> Bool {
    switch self {
    case .block(let block): site.block == block
    case .blockSite(let block, let word): site.block == block && site.word == word
    case .convolution, .logits: false
    case .convolutionSite, .dense, .denseInput, .logitsInput: Self(site) == self
    }
  }
}
