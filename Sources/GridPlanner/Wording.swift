/// How messages quote and suggest.
enum Wording {
  /// `text` between backticks, shortened, without control characters.
  static func quote(_ text: String) -> String {
    var shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(40)))
    if text.unicodeScalars.count > 40 { shown += "…" }
    let visible = shown.unicodeScalars.map { isControl($0) ? "␣" : $0 }
    return "`\(String(String.UnicodeScalarView(visible)))`"
  }

  /// Whether `text` holds characters that could act on a terminal.
  static func hasControls(_ text: String) -> Bool { text.unicodeScalars.contains(where: isControl) }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    [.control, .format, .lineSeparator, .paragraphSeparator].contains(
      scalar.properties.generalCategory)
  }

  private static let mostAlternatives = 12

  /// `a, b or c`.
  static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    guard words.count <= mostAlternatives else {
      return words.prefix(5).joined(separator: ", ") + " and so on (docs/grids.md has all "
        + "\(words.count))"
    }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// `; it is a or b`, or `; did you mean a? It is a or b` where something is near.
  static func remedy(near: String?, _ remedy: String) -> String {
    guard let near else { return "; \(remedy)" }
    return "; did you mean \(near)? \(remedy.prefix(1).uppercased())\(remedy.dropFirst())"
  }

  /// The first of `candidates` that `word` is a likely misspelling of.
  static func nearest(to word: String, in candidates: [String]) -> String? {
    let word = Array(word.lowercased().unicodeScalars.prefix(40))
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let distance = editDistance(word, Array(candidate.unicodeScalars))
      guard distance <= max(1, min(candidate.count / 3, 4)) else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (distance, candidate) }
    }
    return best?.candidate
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`
  /// (optimal string alignment).
  static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }

  /// `12,345`.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `1 trial`, `12,345 trials`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }
}
