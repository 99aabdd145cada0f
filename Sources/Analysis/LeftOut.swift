/// Cells that a comparison asks for and that no contrast of it has, or has in another way than the
/// grid's, and why.
public struct LeftOut: Sendable, Hashable, Encodable {
  public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
    /// The group has one level of the factor alone.
    case alone = "no other level is there"
    /// No other level of the group has a cell with all else equal.
    case unmatched = "no other level has all else equal"
    /// Some cells of the level are compared, and some have no partner.
    case partly = "some cells have no partner with all else equal"
    /// The smallest level, against which the others would stand, has no complete trial.
    case incomplete = "none of its trials is complete"
    /// The trials of the group do not have the factor.
    case withoutFactor = "the factor does not apply"
  }

  /// Where: the values of the comparison's `by` columns.
  public var by: Settings
  /// Of the factor; empty where it does not apply.
  public var levels: [SettingValue]
  public var reason: Reason
  /// Cells as written.
  public var cells: Int
  /// How the trials ended where none is complete, by the status's name.
  public var statuses: [String: Int] = [:]
  /// What the others are set against instead, where none is complete.
  public var instead: SettingValue?
}

extension Wording {
  /// Groups that are named one by one; more of a kind are counted.
  private static let mostNamed = 8

  /// A sentence for each reason for which parts of a comparison are left out.
  package func leftOut(_ result: ComparisonResult) -> [String] {
    LeftOut.Reason.allCases.compactMap { reason in
      let parts = result.leftOut.filter { $0.reason == reason }
      guard !parts.isEmpty else { return nil }
      var names = parts.prefix(Self.mostNamed).map { name($0, result.factor) }
      if parts.count > names.count { names.append("and \(parts.count - names.count) more") }
      let list = names.joined(separator: "; ")
      switch reason {
      case .alone: return "Compared with nothing, because no other level is there: \(list)."
      case .unmatched:
        return "Compared with nothing, because no other level has all else equal: \(list)."
      case .partly: return "Left out, because nothing has all else equal: \(list)."
      case .incomplete: return "None of its trials is complete: \(list)."
      case .withoutFactor:
        return "\(capitalised(Self.words(result.factor))) does not apply: \(list)."
      }
    }
  }

  private func name(_ part: LeftOut, _ factor: String) -> String {
    let place = phrase(part.by)
    let levels = part.levels.map { phrase(factor, $0) }.joined(separator: " and ")
    let cells = part.cells == 1 ? "1 cell" : "\(part.cells) cells"
    let there = place.isEmpty ? "" : " (\(place))"
    switch part.reason {
    case .alone, .unmatched: return levels + there
    case .partly: return "\(cells) of \(levels)\(there)"
    case .withoutFactor: return place.isEmpty ? cells : place
    case .incomplete:
      let instead = part.instead.map { ", so the others stand beside \(phrase(factor, $0))" } ?? ""
      let words = part.statuses.keys.sorted().map { "\(part.statuses[$0] ?? 0) \(Self.words($0))" }
      return "\(levels)\(there): \(words.joined(separator: ", "))\(instead)"
    }
  }
}
