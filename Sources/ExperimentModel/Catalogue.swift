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
    public var formula: String
    /// What happens in training.
    public var training: String
    /// What happens in evaluation.
    public var evaluation: String
    /// Where it may stand, or what it needs.
    public var place: String
    /// Authors, title, year.
    public var paper: String
    /// Lines of a grid that use it.
    public var grid: [String]

    public init(
      name: String, summary: String, formula: String = "", training: String = "",
      evaluation: String = "", place: String = "", paper: String = "", grid: [String] = []
    ) {
      self.name = name
      self.summary = summary
      self.formula = formula
      self.training = training
      self.evaluation = evaluation
      self.place = place
      self.paper = paper
      self.grid = grid
    }
  }

  public struct Section: Sendable, Hashable, Codable {
    /// One word, for the command line.
    public var name: String
    public var title: String
    public var entries: [Entry]

    public init(name: String, title: String, entries: [Entry]) {
      self.name = name
      self.title = title
      self.entries = entries
    }
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
}
