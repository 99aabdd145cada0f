import ExperimentModel
import Foundation
import GridPlanner
import Testing

/// Cards for the data sets that the tests' grids name.
let cards: [String: DatasetCard] = {
  func card(_ name: String, _ side: Int, _ channels: Int, train: Int, test: Int) -> DatasetCard {
    DatasetCard(
      name: name, shape: ImageShape(height: side, width: side, channels: channels), classes: 10,
      train: train, test: test, fingerprint: "fingerprint of \(name)")
  }
  let list = [
    card("fashion-mnist-mini", 28, 1, train: 2000, test: 2000),
    card("fashion-mnist", 28, 1, train: 60000, test: 10000),
    card("random:100x100x3,classes=10,train=100,test=20,seed=1", 100, 3, train: 100, test: 20),
    card("random:28x28x1,classes=10,train=200,test=100,seed=1", 28, 1, train: 200, test: 100),
    card("idx:tiny", 4, 1, train: 10, test: 10),
  ]
  return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
}()

/// The plan of a grid that is right.
func plan(
  _ text: String, overrides: [String] = [], cards: [String: DatasetCard] = cards
) throws -> Plan {
  try GridFile.parse(text, name: "g", overrides: overrides).plan(cards: cards, numericsVersion: 1)
}

/// The same, a few bytes for each trial.
func layout(_ text: String, name: String = "g", overrides: [String] = []) throws -> PlannedGrid {
  try GridFile.parse(text, name: name, overrides: overrides).layOut(
    cards: cards, numericsVersion: 1)
}

/// What is wrong with a grid, a line each; empty where nothing is.
func problems(
  _ text: String, overrides: [String] = [], cards: [String: DatasetCard] = cards
) -> [String] {
  do {
    _ = try plan(text, overrides: overrides, cards: cards)
    return []
  } catch {
    return "\(error)".split(separator: "\n").map(String.init)
  }
}

extension Plan {
  /// A trial column's values as text.
  func texts(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [String] {
    let column = try #require(
      trialColumns.first { $0.name == name }, "no column \(name)", sourceLocation: sourceLocation)
    return (0..<column.count).map(column.text)
  }

  /// A cell column's values as text.
  func cellTexts(_ name: String) throws -> [String] {
    let column = try #require(cellColumns.first { $0.name == name }, "no column \(name)")
    return (0..<column.count).map(column.text)
  }
}

/// The root of the repository.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

func read(_ path: String) throws -> String {
  try String(contentsOf: root.appending(path: path), encoding: .utf8)
}
