internal import Analysis

extension SweepReport {
  /// The report as Markdown: the same words and tables, no plots.
  public func markdown() -> String {
    var text = "# \(Markdown.escape(summary.title))\n\n"
    if !summary.question.isEmpty { text += "\(Markdown.escape(summary.question))\n\n" }
    if !summary.claim.isEmpty { text += "Claim: \(Markdown.escape(summary.claim))\n\n" }
    text += "## Answer\n\n"
    text += answers.map { Markdown.escape($0) + "\n\n" }.joined()
    text += Markdown.escape(summary.trials.sentence) + "\n\n"
    for section in sections {
      // What only tells how to read a plot stays with the plots.
      if section.tables.isEmpty && section.code.isEmpty && !section.plots.isEmpty { continue }
      text += "## \(Markdown.escape(section.title))\n\n"
      text += section.paragraphs.map { Markdown.escape($0) + "\n\n" }.joined()
      for (title, table) in section.tables where !table.rows.isEmpty {
        if !title.isEmpty { text += "### \(Markdown.escape(title))\n\n" }
        text += table.markdown + "\n"
      }
      for (title, code) in section.code {
        let fence = Self.fence(around: code)
        text += "### \(Markdown.escape(title))\n\n\(fence)text\n\(code)"
        text += (code.hasSuffix("\n") ? "" : "\n") + "\(fence)\n\n"
      }
    }
    return text
  }

  /// A fence longer than any run of backquotes in `code`.
  private static func fence(around code: String) -> String {
    var (longest, run) = (2, 0)
    for character in code {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    return String(repeating: "`", count: longest + 1)
  }
}
