public import ExperimentModel

extension GridFile {
  /// Every setting as an entry of the catalogue: what it can be, and what it is if left out.
  public static var settings: [Catalogue.Entry] {
    Setting.all.map { setting in
      var entry = Catalogue.Entry(name: setting.path, summary: setting.values)
      entry.place = "If left out: \(setting.fallback?.text ?? "what the rest says")."
      return entry
    }
  }

  /// The catalogue and the settings.
  public static var catalogue: [Catalogue.Section] {
    Catalogue.sections
      + [Catalogue.Section(name: "settings", title: "Settings", entries: settings)]
  }

  /// What is called `name`: a section, or every member of that name.
  public static func describe(_ name: String) throws(UserError) -> [Catalogue.Section] {
    if let section = catalogue.first(where: { $0.name == name }) { return [section] }
    let found = catalogue.compactMap { section in
      var section = section
      section.entries = section.entries.filter { $0.name == name }
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
    case .name: "A name."
    case .widths: "A list of whole numbers."
    case .blocks: "A list of blocks."
    }
  }
}
