import Foundation

/// What each trial of a results file was set up to compute, as the file's plan says it.
public struct TrialConfigurations: Sendable, Hashable {
  /// The canonical text of each trial by its id.
  var byID: [String: String] = [:]
  /// A data set's name by its fingerprint.
  var data: [String: String] = [:]

  /// - Parameter plan: what `provenance/plan` of a results file holds; configurations of one that
  ///   cannot be read are not known.
  public init(plan: String) {
    struct Stored: Decodable {
      struct Trial: Decodable {
        var id: String
        var configuration: String
      }
      struct Dataset: Decodable {
        var name: String
        var fingerprint: String
      }
      var trials: [Trial]
      var datasets: [Dataset]
    }
    guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(plan.utf8)) else { return }
    byID = Dictionary(stored.trials.map { ($0.id, $0.configuration) }) { first, _ in first }
    data = Dictionary(stored.datasets.map { ($0.fingerprint, $0.name) }) { first, _ in first }
  }

  public init() {}

  /// The configuration of the trial called `id` without its seeds; nil where it is not known.
  func setup(of id: String) -> String? {
    byID[id].map { text in
      text.split(separator: "\n").filter { !$0.hasPrefix("seed=") }.joined(separator: "\n")
    }
  }
}

/// Where two configurations differ, in words.
enum ConfigurationDifference {
  /// What stands behind a line's `=`, separated by commas.
  private static let parts = [
    "sgd": ["learning rate", "momentum", "nesterov", "decay", "form"],
    "adam": ["learning rate", "beta1", "beta2", "epsilon", "decay", "form"],
    "adamw": ["learning rate", "beta1", "beta2", "epsilon", "decay", "form", "weight decay"],
    "data": ["training images", "test images", "validation images", "standardise"],
  ]

  /// `learning rate is 0.02 in the baseline and 0.05 in the candidate`, one for each setting.
  static func sentences(_ baseline: String, _ candidate: String) -> [String] {
    let (first, second) = (settings(baseline), settings(candidate))
    var names = first.keys
    names += second.keys.filter { first[$0] == nil }
    return names.filter { first[$0] != second[$0] }.map { name in
      switch (first[name], second[name]) {
      case (let a?, let b?): "\(name) is \(a) in the baseline and \(b) in the candidate"
      case (let a?, nil): "\(name) is \(a) in the baseline and nothing in the candidate"
      case (nil, let b?): "\(name) is nothing in the baseline and \(b) in the candidate"
      case (nil, nil): name
      }
    }
  }

  private static func settings(_ text: String) -> Ordered<String, String> {
    var settings = Ordered<String, String>()
    for line in text.split(separator: "\n") {
      let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let (name, value) = (String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
      let values = value.split(separator: ",", omittingEmptySubsequences: false)
      let isOptimiser = ["sgd", "adam", "adamw"].contains(name.lowercased())
      if isOptimiser { settings["optimiser", default: name] = name }
      if let names = parts[name.lowercased().replacing("-", with: "")], names.count == values.count
      {
        for (name, value) in zip(names, values) { settings[name, default: ""] = String(value) }
      } else {
        settings[name, default: ""] = value
      }
    }
    return settings
  }
}
