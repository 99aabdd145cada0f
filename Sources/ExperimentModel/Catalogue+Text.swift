extension Catalogue.Section {
  /// A line for each entry.
  public var overview: String {
    let width = entries.map(\.name.count).max() ?? 0
    let lines = entries.map { entry in
      "  \(entry.name)\(String(repeating: " ", count: width - entry.name.count))  \(entry.summary)"
    }
    return (["\(title) (dropgrid describe \(name))"] + lines).joined(separator: "\n") + "\n"
  }

  /// Everything about each entry.
  public var text: String {
    entries.map { "\($0.text)" }.joined(separator: "\n")
  }
}

extension Catalogue.Entry {
  /// What is said of it, by headings.
  public var facts: [(heading: String, text: String)] {
    [
      ("formula", formula), ("training", training), ("evaluation", evaluation), ("place", place),
      ("paper", paper), ("grid", grid.joined(separator: "\n")),
    ].filter { !$0.1.isEmpty }
  }

  /// The name, a sentence and the facts, wrapped at 80 columns.
  var text: String {
    var lines = Self.wrapped("\(name): \(summary)", indent: "")
    for fact in facts {
      let label = "  " + fact.heading + String(repeating: " ", count: 12 - fact.heading.count)
      for (index, part) in fact.text.split(separator: "\n").enumerated() {
        let indent = String(repeating: " ", count: 14)
        // Lines for a grid are for copying.
        let parts =
          fact.heading == "grid"
          ? [indent + part] : Self.wrapped(String(part), indent: indent)
        lines += parts.enumerated().map { number, line in
          index == 0 && number == 0 ? label + line.dropFirst(14) : line
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func wrapped(_ text: String, indent: String) -> [String] {
    var lines: [String] = []
    var line = indent
    for word in text.split(separator: " ") {
      if line.count > indent.count, line.count + 1 + word.count > 80 {
        lines.append(line)
        line = indent + (indent.isEmpty ? "  " : "")
      }
      line += (line.allSatisfy { $0 == " " } ? "" : " ") + word
    }
    return lines + [line]
  }
}
