import ExperimentModel

extension Planner {
  /// The dropout of a cell; nil after reporting what makes no sense.
  mutating func makeDropout(_ cell: CellPlace, _ network: NetworkPart) -> DropoutPart? {
    let before = issues.count
    let sites = spaces[cell.subgrid].sites
    checkPlaces(cell, network, sites)
    var written: [WrittenDropout] = []
    // Without settings of single places only some sorts can have dropout.
    let words = sites.isEmpty ? droppingWords(cell) : network.words
    // One mistake is one message, at however many places.
    var reported: Set<Setting> = []
    for (index, point) in network.points.enumerated() {
      var here: [WrittenDropout] = []
      do throws(Missing) {
        for name in point.names where words.contains(name.word) {
          here += try dropouts(cell, name, sites)
        }
      } catch {
        guard reported.insert(error.rate).inserted else { continue }
        let blamed = blamed(error.rate, or: [.kind, .rateSchedule], cell)
        report(
          at: blamed.position, blamed.setting.path,
          "\(error.what) needs `\(error.setting.path)`, which is not given")
        continue
      }
      guard let first = here.first else { continue }
      if here.count > 1 {
        guard reported.insert(here[1].setting).inserted else { continue }
        report(at: position(here[1].setting, cell), here[1].setting.path, here[1].clash(first))
        continue
      }
      var dropout = first
      dropout.point = index
      // Pools and dense layers keep their names: trials are named by them.
      if !dropout.named.isOld(in: network.spec) { dropout.spec.site = point.site }
      if let problem = point.problem(with: dropout.spec, named: dropout.named),
        reported.insert(dropout.setting).inserted
      {
        let blamed = blamed(dropout.setting, or: Setting.general + Setting.networks, cell)
        report(at: blamed.position, blamed.setting.path, problem)
      }
      written.append(dropout)
    }
    guard issues.count == before else { return nil }
    return DropoutPart(written, points: network.points, merging: merging)
  }

  /// The sorts of places at which the general settings drop something.
  private func droppingWords(_ cell: CellPlace) -> Set<SiteWord> {
    var words: Set<SiteWord> = []
    if real(.rate, cell) > 0 { words.insert(choice(.placement, cell)) }
    for word in SiteWord.allCases {
      if let setting = Setting.siteRate(word), real(setting, cell) > 0 { words.insert(word) }
    }
    return words
  }

  /// What the settings of a cell put at a site: its own rate, or the block's or everybody's where
  /// their placement is its sort, and what its sort has.
  private func dropouts(
    _ cell: CellPlace, _ site: DropoutSite, _ sites: Set<Setting>
  ) throws(Missing) -> [WrittenDropout] {
    let chain = places(of: site)
    func own(_ general: Setting, _ places: [Setting.Place]) -> (Setting, SettingValue)? {
      guard !sites.isEmpty else { return nil }
      for place in places {
        let setting = Setting.of(place, general)
        if sites.contains(setting), let value = value(setting, cell) { return (setting, value) }
      }
      return nil
    }
    let block = site.block.map(Setting.Place.block)
    var placement = word(.placement, cell)
    if let block, case .word(let word)? = own(.placement, [block])?.1 { placement = word }
    let isHere = placement == site.word.rawValue
    var found: [WrittenDropout] = []
    func add(_ setting: Setting, _ value: SettingValue, isPlaced: Bool) throws(Missing) {
      guard case .real(let rate) = value, rate > 0 else { return }
      let isGeneral = isPlaced && (isHere || block != nil)
      let (kind, options) = try options(setting) { general in
        own(general, chain + [block].compactMap(\.self))?.1
          ?? (isGeneral || general != .kind ? self.value(general, cell) : .word("element-wise"))
      }
      found.append(
        WrittenDropout(
          spec: DropoutSpec(
            site: site, kind: kind, rate: rate, noise: options.noise, block: options.block,
            inference: options.inference, schedule: options.schedule),
          point: 0, named: site, setting: setting, isPlaced: isGeneral))
    }
    if let (setting, rate) = own(.rate, chain) {
      try add(setting, rate, isPlaced: block != nil || isHere)
      return found
    }
    if isHere {
      let (setting, rate) =
        own(.rate, [block].compactMap(\.self)) ?? (.rate, .real(real(.rate, cell)))
      try add(setting, rate, isPlaced: true)
    }
    if let general = Setting.siteRate(site.word) {
      try add(general, .real(real(general, cell)), isPlaced: false)
    }
    return found
  }

  /// The places whose settings hold for a site, the most exact one first, its block aside.
  private func places(of site: DropoutSite) -> [Setting.Place] {
    var places = [Setting.Place(site)].compactMap(\.self)
    if case .convolution(let block, _, _) = site, Setting.blockWords.contains(site.word) {
      places.append(.blockSite(block, site.word))
    }
    return places
  }
}

/// What a kind has beside its rate.
struct DropoutOptions {
  var noise: NoiseShape?
  var block: DropBlockShape?
  var inference: DropConnectInference?
  var schedule = RateSchedule.constant
}

extension Planner {
  /// An option that a kind cannot do without.
  private struct Missing: Error {
    var setting: Setting
    var what: String
    /// What asks for the dropout.
    var rate: Setting
  }

  /// The kind and the options of the dropout of `rate`, whose settings `find` finds.
  private func options(
    _ rate: Setting, _ find: (Setting) -> SettingValue?
  ) throws(Missing) -> (DropoutKind, DropoutOptions) {
    func text(_ setting: Setting) -> String { find(setting)?.text ?? "" }
    func number(_ setting: Setting) -> Int? {
      if case .integer(let value) = find(setting) { Int(value) } else { nil }
    }
    var options = DropoutOptions()
    let kind = DropoutKind(rawValue: text(.kind)) ?? .elementWise
    switch kind {
    case .noiseShape:
      options.noise = NoiseShape(rawValue: text(.noiseShape))
      if options.noise == nil {
        throw Missing(setting: .noiseShape, what: "noise-shape dropout", rate: rate)
      }
    case .dropBlock:
      guard let size = number(.blockSize) else {
        throw Missing(setting: .blockSize, what: "drop-block", rate: rate)
      }
      options.block = DropBlockShape(
        size: size, channels: .init(rawValue: text(.blockChannels)) ?? .independent,
        centres: .init(rawValue: text(.blockCentres)) ?? .valid)
    case .dropConnect:
      options.inference =
        text(.inference) == "gaussian"
        ? .gaussian(samples: number(.inferenceSamples) ?? 100) : .mean
    case .elementWise, .spatial, .gaussian, .alpha, .maxPooling: break
    }
    let schedule = text(.rateSchedule)
    let epochs = number(.scheduleEpochs)
    if schedule != "constant", epochs == nil {
      throw Missing(setting: .scheduleEpochs, what: "the schedule `\(schedule)`", rate: rate)
    }
    options.schedule = RateSchedule(schedule, epochs: epochs ?? 0) ?? .constant
    return (kind, options)
  }
}
