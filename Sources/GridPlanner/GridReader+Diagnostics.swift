public import ExperimentModel

extension GridReader {
  static let allDiagnostics = "all"

  /// One word or a list of words; `all` is every one.
  mutating func readDiagnostics(_ node: GridNode) -> [Diagnostic] {
    let words = [Self.allDiagnostics] + Diagnostic.allCases.map(\.rawValue)
    let nodes = if case .list(let nodes) = node.content { nodes } else { [node] }
    var found: [Diagnostic] = []
    for node in nodes {
      guard case .scalar(let text, _) = node.content, !node.isNothing else {
        report(node.position, "diagnostics", "is a list of words, not \(node.inWords)")
        continue
      }
      do throws(Complaint) {
        let word = try Scalar.word(text, of: words)
        found += Diagnostic(rawValue: word).map { [$0] } ?? Diagnostic.allCases
      } catch {
        report(node.position, "diagnostics", error.message)
      }
    }
    return found
  }
}

extension PlannedGrid {
  /// What every trial records of the inside of its network; nil where the grid asks for nothing.
  public var diagnostics: DiagnosticsPlan? {
    guard !grid.diagnostics.isEmpty else { return nil }
    var seen: Set<[Int32]> = []
    let pairs = layout.drafts.filter { seen.insert([$0.network, $0.dropout]).inserted }.map {
      (
        points: planner.networks[Int($0.network)].points,
        dropout: planner.dropouts[Int($0.dropout)].specs
      )
    }
    let plan = DiagnosticsPlan(words: grid.diagnostics, sites: DiagnosticsPlan.sites(pairs))
    return plan.figures.isEmpty ? nil : plan
  }
}
