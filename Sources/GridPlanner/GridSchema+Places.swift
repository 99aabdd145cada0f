import ExperimentModel

/// Settings of single places: nested under `dropout`, and as dotted paths.
extension GridSchema {
  private static let number = "[1-9][0-9]?"

  static var placePatterns: [String: Any] {
    [
      "^block\(number)$": mapping(.block(1)), "^dense\(number)$": mapping(.dense(1)),
      "^logits$": mapping(.logits),
    ]
  }

  private static func mapping(_ place: Setting.Place) -> [String: Any] {
    var keys: [String: Any] = [:]
    for setting in place.settings {
      let key = setting.path.dropFirst("dropout.".count)
      keys[String(key)] = value(setting, at: place)
    }
    var mapping: [String: Any] = [
      "type": "object", "additionalProperties": false,
    ]
    for key in place.children {
      guard let child = place.child(key) else { continue }
      if case .convolution = child {
        mapping["patternProperties"] = ["^conv\(number)$": self.mapping(child)]
      } else {
        keys[key] = self.mapping(child)
      }
    }
    mapping["properties"] = keys
    return mapping
  }

  /// Dotted paths such as `dropout.block2.conv1.after-activation.rate`.
  static var sitePatterns: [String: Any] {
    func either(_ words: [String]) -> String { "(\(words.joined(separator: "|")))" }
    let words = either(Setting.blockWords.map(\.rawValue))
    let sides = either(DropoutSite.ConvolutionSide.allCases.map(\.rawValue))
    let places =
      "(block\(number)(\\.\(words)|\\.conv\(number)\\.\(sides))?|dense\(number)(\\.input)?"
      + "|logits\\.input)"
    var patterns: [String: Any] = [
      "^dropout\\.block\(number)\\.placement$": value(.placement, at: .block(1))
    ]
    for setting in Setting.placed {
      let key = setting.path.dropFirst("dropout.".count)
      patterns["^dropout\\.\(places)\\.\(key)$"] = schema(setting)
    }
    return patterns
  }

  private static func value(_ setting: Setting, at place: Setting.Place) -> [String: Any] {
    guard setting == .placement else { return schema(setting) }
    let one: [String: Any] = ["enum": Setting.blockPlacements.map(\.rawValue)]
    return ["anyOf": [one, ["type": "array", "items": one, "minItems": 1]]]
  }
}
