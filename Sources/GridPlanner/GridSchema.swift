import ExperimentModel
import Foundation

/// The JSON Schema of grid files, made of the table of settings.
///
/// It checks what an editor can: keys, words, numbers and their ranges. What depends on the data or
/// on other settings is left to `dropgrid plan`.
public enum GridSchema {
  /// JSON Schema 2020-12, with sorted keys.
  public static func json() throws -> String {
    let data = try JSONSerialization.data(
      withJSONObject: document, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private static var document: [String: Any] {
    var properties = settings
    properties["title"] = ["type": "string", "maxLength": 1000]
    properties["question"] = ["type": "string", "maxLength": 1000]
    properties["claim"] = ["type": "string", "maxLength": 1000]
    properties["diagnostics"] = oneOrMany([
      "enum": [GridReader.allDiagnostics] + Diagnostic.allCases.map(\.rawValue)
    ])
    properties["weights"] = [
      "type": "string", "pattern": "^(none|final|best|every [1-9][0-9]{0,6})$",
    ]
    properties["stopping"] = stopping
    properties["margin"] = [
      "type": "number", "exclusiveMinimum": 0, "maximum": GridFile.margins.upper,
    ]
    properties["merge"] = [
      "anyOf": [
        ["type": "boolean"],
        ["type": "array", "items": ["enum": MergeRule.switchable.map(\.rawValue)]],
      ]
    ]
    let part: [String: Any] = ["$ref": "#/$defs/part"]
    properties["groups"] = object(
      additional: object(additional: part, least: 1))
    properties["zip"] = oneOrMany(part)
    properties["when"] = oneOrMany(extended("if", ["type": "string"], required: true))
    properties["union"] = list(extended("sample", sample, required: false))
    properties["include"] = list(part)
    properties["sample"] = sample
    let rule: [String: Any] = [
      "anyOf": [["type": "string"], object(additional: true, least: 1)]
    ]
    properties["exclude"] = oneOrMany(rule)
    properties["only"] = oneOrMany(rule)
    properties["compare"] = list([
      "type": "object", "additionalProperties": false, "required": ["factor"],
      "properties": [
        "factor": ["type": "string"], "by": oneOrMany(["type": "string"]),
      ],
    ])
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Dropgrid grid file", "type": "object", "additionalProperties": false,
      "properties": properties,
      "$defs": definitions,
    ]
  }

  private static var definitions: [String: Any] {
    var definitions: [String: Any] = [:]
    for setting in Setting.all { definitions[setting.path] = values(of: setting) }
    definitions["part"] =
      [
        "type": "object", "additionalProperties": false, "properties": partProperties,
        "patternProperties": sitePatterns,
      ] as [String: Any]
    return definitions
  }

  /// Sections and settings as they stand at the top of a file.
  private static var settings: [String: Any] {
    var properties: [String: Any] = [:]
    for section in Setting.sections {
      var keys: [String: Any] = [:]
      for key in Setting.keys(of: section.name) {
        keys[key] = Setting.at("\(section.name).\(key)").map(schema)
      }
      var mapping: [String: Any] = [
        "type": "object", "additionalProperties": false, "properties": keys,
      ]
      if section.name == "dropout" { mapping["patternProperties"] = placePatterns }
      properties[section.name] = section.short.map { ["anyOf": [mapping, schema($0)]] } ?? mapping
    }
    for setting in Setting.plain {
      properties[setting.path] = schema(setting)
    }
    return properties
  }

  /// The same, and dotted paths.
  private static var partProperties: [String: Any] {
    var properties = settings
    for setting in Setting.all where setting.path.contains(".") {
      properties[setting.path] = schema(setting)
    }
    return properties
  }

  static func schema(_ setting: Setting) -> [String: Any] {
    ["$ref": "#/$defs/\(setting.path)"]
  }

  /// One value of a setting, or an axis.
  private static func values(of setting: Setting) -> [String: Any] {
    var one: [String: Any]
    var axes: [[String: Any]] = []
    switch setting.kind {
    case .integer(let range):
      one = ["type": "integer", "minimum": range.lowerBound]
      if range.upperBound < .max { one["maximum"] = range.upperBound }
      axes = [span, progression]
    case .real(_, let range):
      one = range.schema
      axes = [progression]
    case .word(let words): one = ["enum": words]
    case .flag: one = ["type": "boolean"]
    case .cadence:
      let intervals = EvaluationCadence.intervals
      let number: [String: Any] = [
        "type": "integer", "minimum": intervals.lowerBound, "maximum": intervals.upperBound,
      ]
      one = ["anyOf": [["enum": EvaluationCadence.words], number]]
    case .name:
      one =
        setting == .dataName
        ? ["type": "string"] : ["type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"]
    case .widths:
      let widths = list(["type": "integer", "minimum": 1, "maximum": 65_536], most: 64)
      return ["anyOf": [widths, list(widths)]]
    case .blocks:
      let blocks = list(block, most: 64)
      return ["anyOf": [blocks, list(blocks)]]
    }
    let element = axes.isEmpty ? one : ["anyOf": [one] + axes]
    return ["anyOf": [one] + axes + [list(element, least: 1)]]
  }

  private static var span: [String: Any] {
    ["type": "string", "pattern": "^[0-9]+\\.\\.[0-9]+$"]
  }

  private static var progression: [String: Any] {
    let numbers: [String: Any] = [
      "type": "array", "items": ["type": "number"], "minItems": 3, "maxItems": 3,
    ]
    return [
      "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
      "properties": Dictionary(
        uniqueKeysWithValues: Progression.allCases.map { ($0.rawValue, numbers) }),
    ]
  }

  private static var block: [String: Any] {
    [
      "type": "object", "additionalProperties": false, "required": ["filters"],
      "properties": [
        "filters": ["type": "integer", "minimum": 1, "maximum": 65_536],
        "convolutions": ["type": "integer", "minimum": 0, "maximum": 64],
        "kernel": ["type": "integer", "minimum": 1, "maximum": 31],
        "padding": ["enum": Padding.allCases.map(\.rawValue)],
        "pool": ["enum": Setting.poolWords],
        "pool-size": ["type": "integer", "minimum": 1, "maximum": 64],
        "stride": ["type": "integer", "minimum": 1, "maximum": 64],
        "normalisation": ["enum": ["none"] + Normalisation.allCases.map(\.rawValue)],
        "activation": ["enum": ActivationKind.allCases.map(\.rawValue)],
      ],
    ]
  }

  private static var budget: [String: Any] {
    ["type": "number", "exclusiveMinimum": 0, "maximum": 100_000]
  }

  private static var sample: [String: Any] {
    [
      "type": "object", "additionalProperties": false,
      "oneOf": ["count", "hours", "minutes"].map { ["required": [$0]] },
      "properties": [
        "count": ["type": "integer", "minimum": 1, "maximum": GridFile.mostCells],
        "hours": budget, "minutes": budget,
        "method": ["enum": Sample.Method.allCases.map(\.rawValue)],
        "seed": ["type": "integer", "minimum": 0],
      ],
    ]
  }

  private static var stopping: [String: Any] {
    let epoch: [String: Any] = ["type": "integer", "minimum": 1, "maximum": 1_000_000]
    return [
      "type": "object", "additionalProperties": false, "required": ["rule"],
      "properties": [
        "rule": ["enum": StoppingRule.Kind.allCases.map(\.rawValue)],
        "metric": ["enum": StoppingRule.Figure.allCases.map(\.rawValue)],
        "rungs": oneOrMany(epoch), "grace": epoch, "patience": epoch,
        "reduction": ["type": "integer", "minimum": 2, "maximum": 1000],
        "min-delta": ["type": "number", "minimum": 0, "maximum": 1000],
      ],
    ]
  }

  private static func extended(
    _ key: String, _ value: [String: Any], required: Bool
  ) -> [String: Any] {
    var properties = partProperties
    properties[key] = value
    return [
      "type": "object", "additionalProperties": false, "properties": properties,
      "patternProperties": sitePatterns, "required": required ? [key] : [],
    ]
  }

  private static func object(additional: Any, least: Int = 0) -> [String: Any] {
    ["type": "object", "additionalProperties": additional, "minProperties": least]
  }

  private static func list(
    _ items: [String: Any], least: Int = 0, most: Int? = nil
  ) -> [String: Any] {
    var list: [String: Any] = ["type": "array", "items": items, "minItems": least]
    list["maxItems"] = most
    return list
  }

  private static func oneOrMany(_ item: [String: Any]) -> [String: Any] {
    ["anyOf": [item, list(item)]]
  }
}

extension NumberRange {
  /// As JSON Schema says it.
  fileprivate var schema: [String: Any] {
    [
      "type": "number", hasLower ? "minimum" : "exclusiveMinimum": lower,
      hasUpper ? "maximum" : "exclusiveMaximum": upper,
    ]
  }
}
