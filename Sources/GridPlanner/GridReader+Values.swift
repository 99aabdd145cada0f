import ExperimentModel

extension GridReader {
  /// Reads a setting's value or axis; nil after reporting what is wrong.
  mutating func readChoice(_ setting: Setting, _ node: GridNode) -> Choice? {
    let before = issues.count
    guard !node.isNothing else {
      report(node.position, setting.path, "has no value; give one or leave the key out")
      return nil
    }
    let (levels, isAxis) =
      switch setting.kind {
      case .widths, .blocks: readLists(setting, node)
      default: readScalars(setting, node)
      }
    guard issues.count == before else { return nil }
    guard !levels.isEmpty else {
      report(node.position, setting.path, "is an axis without values; give some or leave it out")
      return nil
    }
    if !allowsRepeats { reportRepeats(setting, levels) }
    return issues.count == before
      ? Choice(setting: setting, levels: levels, isAxis: isAxis, position: node.position) : nil
  }

  /// Reports values that an axis has twice.
  mutating func reportRepeats(_ setting: Setting, _ levels: [Level]) {
    var seen: Set<SettingValue> = []
    for level in levels where !seen.insert(level.value).inserted {
      report(level.position, setting.path, "\(level.value.text) occurs twice; keep one")
    }
    // Results files from before this was a mistake have both.
    guard !isRecorded else { return }
    let numbers = levels.enumerated().compactMap { index, level -> (index: Int, value: Double)? in
      if case .real(let value) = level.value { (index, value) } else { nil }
    }.sorted { $0.value < $1.value }
    for (low, high) in zip(numbers, numbers.dropFirst()) where low.value != high.value {
      let size = max(abs(low.value), abs(high.value))
      guard high.value - low.value <= size * 1e-12 else { continue }
      let (first, second) = low.index < high.index ? (low, high) : (high, low)
      report(
        levels[second.index].position, setting.path,
        "\(second.value) is \(first.value) to 12 digits, so that the two are one value with a "
          + "rounding error; keep one")
    }
  }

  /// A scalar, a span, or a list of both.
  private mutating func readScalars(_ setting: Setting, _ node: GridNode) -> ([Level], Bool) {
    switch node.content {
    case .scalar:
      return readScalar(setting, node)
    case .list(let elements):
      var levels: [Level] = []
      for element in elements {
        guard levels.count <= GridFile.mostLevels else {
          report(
            element.position, setting.path,
            "has more than \(Wording.grouped(GridFile.mostLevels)) values; leave some out")
          break
        }
        if case .mapping = element.content {
          levels += readProgression(setting, element)
          continue
        }
        guard case .scalar = element.content, !element.isNothing else {
          report(
            element.position, setting.path,
            "each value of its list is one value, not "
              + element.inWords)
          continue
        }
        levels += readScalar(setting, element).0
      }
      return (levels, true)
    case .mapping: return (readProgression(setting, node), true)
    }
  }

  /// One value, or all those of a span.
  private mutating func readScalar(_ setting: Setting, _ node: GridNode) -> ([Level], Bool) {
    guard case .scalar(let text, let plain) = node.content else { return ([], false) }
    do throws(Complaint) {
      if case .integer(let range) = setting.kind, plain,
        let span = try Scalar.span(text, in: range)
      {
        return (span.map { Level(value: .integer($0), position: node.position) }, true)
      }
      let value = try Self.value(setting, text, plain: plain)
      return ([Level(value: value, position: node.position)], false)
    } catch {
      report(node.position, setting.path, error.message)
      return ([], false)
    }
  }

  static func value(
    _ setting: Setting, _ text: String, plain: Bool
  ) throws(Complaint) -> SettingValue {
    switch setting.kind {
    case .integer, .real, .flag:
      guard plain else {
        throw Complaint(
          message: "\(Wording.quote(text)) is text because of its quotes; leave them out")
      }
    default: break
    }
    switch setting.kind {
    case .integer(let range): return .integer(try Scalar.integer(text, in: range))
    case .real(let noun, let range):
      guard !text.contains("..") else {
        throw Complaint(
          message: "\(Wording.quote(text)) is a span, and spans are of whole numbers; list the "
            + "values: [0, 0.25, 0.5]")
      }
      let value = try Scalar.real(text, noun: noun, in: range)
      // Training computes in single precision; a rate is compared with uniforms in full.
      guard setting.isRate || range.contains(Double(Float(value))) else {
        throw Complaint(
          message: "\(text) is \(Column.text(Double(Float(value)))) in single precision; "
            + "\(noun) is \(range.inWords)")
      }
      return .real(value)
    case .word(let words): return .word(try Scalar.word(text, of: words))
    case .flag: return .flag(try Scalar.flag(text))
    case .cadence: return .word(try Scalar.cadence(text).text)
    case .name: return .word(try name(setting, text))
    case .widths, .blocks: preconditionFailure("\(setting.path) is no scalar")
    }
  }

  static let dataNames = ["fashion-mnist-mini", "fashion-mnist"]
  static let dataSchemes = ["idx:", "cifar10:", "random:"]

  private static func name(_ setting: Setting, _ text: String) throws(Complaint) -> String {
    if setting == .dataName {
      guard !Wording.hasControls(text) else {
        throw Complaint(message: "\(Wording.quote(text)) holds a control character; leave it out")
      }
      if dataSchemes.contains(where: { text.hasPrefix($0) && text.count > $0.count }) {
        return text
      }
      return try Scalar.word(
        text, of: dataNames + dataSchemes.map { $0 == "random:" ? "random:…" : "\($0)DIR" })
    }
    let allowed = text.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || $0.properties.numericType != nil
          || "-_".unicodeScalars.contains($0))
    }
    guard !text.isEmpty, text.utf8.count <= 64, allowed else {
      throw Complaint(
        message: "\(Wording.quote(text)) is not a name; a name has 1 to 64 letters, digits, - and _"
      )
    }
    return text
  }
}
