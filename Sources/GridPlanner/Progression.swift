import Foundation

/// Numbers that follow a rule: `{linspace: [0, 0.5, 6]}`.
enum Progression: String, Sendable, CaseIterable {
  /// First, last and step; the last is included where a step meets it.
  case range
  /// First, last and how many, evenly spaced.
  case linspace
  /// First, last and how many, each the same multiple of the one before.
  case logspace

  /// Ends and step or count, in words.
  var arguments: String {
    self == .range ? "[first, last, step]" : "[first, last, count]"
  }

  /// - Throws: a complaint about `third`, or about ends that do not fit the rule.
  func values(from first: Double, to last: Double, _ third: Double) throws(Complaint) -> [Double] {
    switch self {
    case .range:
      guard third != 0, (last - first) / third >= 0 else {
        throw Complaint(
          message: "a range goes from the first number to the last in steps towards it, not "
            + "by \(Self.text(third))")
      }
      // The last is met by a step that rounding kept a little short.
      let steps = ((last - first) / third + 1e-9).rounded(.down)
      try Self.check(count: steps + 1)
      return (0...Int(steps)).map { Self.rounded(first + Double($0) * third) }
    case .linspace, .logspace:
      guard third >= 2, third == third.rounded() else {
        throw Complaint(
          message: "the count of a \(rawValue) is a whole number from 2, not \(Self.text(third))")
      }
      try Self.check(count: third)
      guard first != last else {
        throw Complaint(message: "the ends of a \(rawValue) differ")
      }
      guard self == .linspace || first > 0 && last > 0 else {
        throw Complaint(message: "the ends of a logspace are above 0")
      }
      let count = Int(third)
      return (0..<count).map { index in
        if index == 0 { return first }
        if index == count - 1 { return last }
        let share = Double(index) / Double(count - 1)
        return Self.rounded(
          self == .linspace
            ? first + (last - first) * share : first * pow(last / first, share))
      }
    }
  }

  private static func check(count: Double) throws(Complaint) {
    guard count <= Double(GridFile.mostLevels) else {
      throw Complaint(
        message: "that is \(text(count)) values; an axis has at most "
          + Wording.grouped(GridFile.mostLevels))
    }
  }

  private static func text(_ value: Double) -> String { SettingValue.real(value).text }

  /// To 12 significant digits: 0.3, not 0.30000000000000004.
  private static func rounded(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    // `String(format:)` takes a hundred times as long, and an axis can have a million values.
    var text = [CChar](repeating: 0, count: 32)
    let count = withVaList([value]) { vsnprintf(&text, 32, "%.11e", $0) }
    guard (1..<32).contains(count) else { return value }
    let bytes = text.prefix(Int(count)).map { UInt8(bitPattern: $0) }
    // Whatever the locale of the process has for the point.
    let digits = bytes.map { "0123456789+-e".utf8.contains($0) ? $0 : UInt8(ascii: ".") }
    return Double(String(decoding: digits, as: UTF8.self)) ?? value
  }
}

extension GridReader {
  /// `{range: [1, 9, 2]}` and its like; empty after reporting what is wrong.
  mutating func readProgression(_ setting: Setting, _ node: GridNode) -> [Level] {
    guard case .mapping(let entries) = node.content else { return [] }
    let names = Progression.allCases.map(\.rawValue)
    guard setting.isNumber, entries.count == 1, let entry = entries.first,
      names.contains(entry.key) || Wording.nearest(to: entry.key, in: names) != nil
    else {
      report(
        node.position, setting.path, "takes a value or a list of values, not a mapping")
      return []
    }
    guard let progression = Progression(rawValue: entry.key) else {
      report(entry.position, setting.path, unknown(entry.key, path: entry.key, keys: names))
      return []
    }
    guard case .list(let nodes) = entry.value.content, nodes.count == 3 else {
      report(
        entry.value.position, setting.path,
        "\(progression.rawValue) takes \(progression.arguments), not "
          + (entry.value.isList ? "a list of another length" : entry.value.inWords))
      return []
    }
    var numbers: [Double] = []
    let limits = NumberRange(from: -1e18, to: 1e18)
    for node in nodes {
      do throws(Complaint) {
        guard case .scalar(let text, plain: true) = node.content else {
          throw Complaint(message: "\(node.inWords) is not a number")
        }
        numbers.append(try Scalar.real(text, noun: "a number here", in: limits))
      } catch {
        report(node.position, setting.path, error.message)
      }
    }
    guard numbers.count == 3 else { return [] }
    do throws(Complaint) {
      var levels: [Level] = []
      for number in try progression.values(from: numbers[0], to: numbers[1], numbers[2]) {
        let value = try Self.value(setting, SettingValue.real(number).text, plain: true)
        levels.append(Level(value: value, position: entry.value.position))
      }
      return levels
    } catch {
      report(entry.value.position, setting.path, error.message)
      return []
    }
  }
}

extension Setting {
  var isNumber: Bool {
    switch kind {
    case .integer, .real: true
    default: false
    }
  }
}

extension GridNode {
  var isList: Bool { if case .list = content { true } else { false } }
}
