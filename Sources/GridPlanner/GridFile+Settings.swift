public import ExperimentModel

extension GridFile {
  /// Every setting as an entry of the catalogue: what it can be, and what it is if left out.
  public static var settings: [Catalogue.Entry] {
    Setting.all.map { setting in
      var entry = Catalogue.Entry(name: setting.path, summary: setting.values)
      entry.place = "If left out: \(setting.fallback?.text ?? "what the rest says")."
      return entry
    } + options
  }

  /// The catalogue and the settings.
  public static var catalogue: [Catalogue.Section] {
    Catalogue.sections
      + [Catalogue.Section(name: "settings", title: "Settings", entries: settings)]
  }

  /// What is called `name`: a section, or every member of that name and what stands below it.
  public static func describe(_ name: String) throws(UserError) -> [Catalogue.Section] {
    if let section = catalogue.first(where: { $0.name == name }) { return [section] }
    let found = catalogue.compactMap { section in
      var section = section
      section.entries = section.entries.filter {
        $0.name == name || $0.name.hasPrefix("\(name).")
      }
      return section.entries.isEmpty ? nil : section
    }
    guard found.isEmpty else { return found }
    let names = catalogue.map(\.name) + catalogue.flatMap { $0.entries.map(\.name) }
    throw UserError(
      .badInput,
      "there is no \(Wording.quote(name)) to describe; "
        + (Wording.nearest(to: name, in: names).map { "did you mean \($0)?" }
          ?? "the sections are \(catalogue.map(\.name).joined(separator: ", "))"))
  }
}

extension GridFile {
  /// Settings that have one value in every cell, in the order of the manual, those of single places
  /// behind them; what nothing reads is left out.
  ///
  /// - Parameters:
  ///   - isWanted: of those that the file leaves out, which ones count with what holds then.
  ///   - known: the values of a setting that varies, in the cells that are meant; nil for all cells.
  func constants(
    including isWanted: (Setting) -> Bool = { _ in false },
    where known: (Setting) -> [String]? = { _ in nil }
  ) -> [(setting: Setting, value: SettingValue)] {
    let given = Set(subgrids.flatMap(\.fixed.keys))
    let axes = Set(subgrids.axes(leaders: false))
    func isRead(_ setting: Setting) -> Bool {
      SettingReader.all.filter { $0.setting == setting }.allSatisfy { reader in
        let values = known(reader.by) ?? subgrids.values(of: reader.by).map(\.text)
        return isRead(reader.by) && reader.words.contains(where: values.contains)
      }
    }
    let places = given.filter { $0.place != nil }.sorted { $0.path < $1.path }
    return (Setting.all + places).compactMap { setting in
      guard !axes.contains(setting), given.contains(setting) || isWanted(setting),
        let value = subgrids.values(of: setting).first, isRead(setting)
      else { return nil }
      return (setting, value)
    }
  }

  /// What the trials of a results file have in common beside its columns: a column of one value for
  /// each such setting.
  ///
  /// - Parameters:
  ///   - columns: those of the trials.
  ///   - row: the trial that is meant, of which every setting counts; nil for all, of which those do
  ///     that the grid gives, and what every reader asks for.
  public func constants(beside columns: [Column], row: Int? = nil) -> [Column] {
    let asked: [Setting] = [.optimiserName, .learningRate, .batch, .epochs]
    let hidden = Setting.seeds + Setting.general + Setting.siteRates
    return constants(
      including: { row == nil ? asked.contains($0) : !hidden.contains($0) },
      where: { setting in
        guard let row else { return nil }
        let text = columns.first { $0.path == setting.path }?.text(at: row)
        return text == "mixed" ? nil : text.map { [$0] }
      }
    ).compactMap { Self.column($0, $1, beside: columns) }
  }

  /// Every setting that all trials have in common beside `columns`, those that the grid leaves out
  /// included.
  func allConstants(beside columns: [Column]) -> [Column] {
    let hidden = Setting.seeds + Setting.general + Setting.siteRates
    return constants(including: { !hidden.contains($0) }).compactMap {
      Self.column($0.setting, $0.value, beside: columns)
    }
  }

  private static func column(
    _ setting: Setting, _ value: SettingValue, beside columns: [Column]
  ) -> Column? {
    guard !columns.contains(where: { $0.path == setting.path }) else { return nil }
    let values: Column.Values =
      switch value {
      case .integer(let value): .integer([value])
      case .real(let value): .real([value])
      default: .text([value.text])
      }
    return Column(name: setting.column, path: setting.path, values: values)
  }
}

extension Setting {
  /// What it can be, in words.
  fileprivate var values: String {
    switch kind {
    case .integer(let range):
      range.upperBound == .max
        ? "A whole number from \(range.lowerBound)."
        : "A whole number from \(range.lowerBound) to \(range.upperBound)."
    case .real(_, let range): "A number, \(range.inWords)."
    case .word(let words): words.joined(separator: ", ") + "."
    case .flag: "true, false."
    case .cadence: "every, last or a number of epochs."
    case .name: "A name."
    case .widths: "A list of whole numbers."
    case .blocks: "A list of blocks."
    }
  }
}
