/// Everything that a grid can name and what it means: the one source of `dropgrid describe` and the
/// manual.
public enum Catalogue {
  /// A member of a section.
  public struct Entry: Sendable, Hashable, Codable {
    /// The grid's word.
    public var name: String
    /// One sentence.
    public var summary: String
    /// What it computes; empty where there is nothing to compute.
    public var formula = ""
    /// What happens in training.
    public var training = ""
    /// What happens in evaluation.
    public var evaluation = ""
    /// Where it may stand, or what it needs.
    public var place = ""
    /// Authors, title, year.
    public var paper = ""
    /// Lines of a grid that use it.
    public var grid: [String] = []
  }

  public struct Section: Sendable, Hashable, Codable {
    /// One word, for the command line.
    public var name: String
    public var title: String
    public var entries: [Entry]
  }

  /// Sections in the order of the manual.
  public static let sections: [Section] = [
    Section(name: "networks", title: "Networks", entries: networks),
    Section(name: "sites", title: "Places for dropout", entries: sites),
    Section(name: "dropout", title: "Kinds of dropout", entries: dropoutKinds),
    Section(name: "rate-schedules", title: "Schedules of the rate", entries: rateSchedules),
    Section(name: "pools", title: "Pools", entries: pools),
    Section(name: "activations", title: "Activations", entries: activations),
    Section(name: "normalisations", title: "Normalisations", entries: normalisations),
    Section(name: "heads", title: "Heads", entries: heads),
    Section(name: "initialisers", title: "Initialisers", entries: initialisers),
    Section(name: "optimisers", title: "Optimisers", entries: optimisers),
    Section(name: "schedules", title: "Learning-rate schedules", entries: schedules),
    Section(name: "data", title: "Data sets", entries: data),
  ]

  /// What is called `name`: a section, or every member of that name.
  public static func find(_ name: String) -> [Section] {
    if let section = sections.first(where: { $0.name == name }) { return [section] }
    return sections.compactMap { section in
      let entries = section.entries.filter { $0.name == name }
      return entries.isEmpty
        ? nil : Section(name: section.name, title: section.title, entries: entries)
    }
  }
}
