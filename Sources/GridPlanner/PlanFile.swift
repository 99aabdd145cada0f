import Crypto
public import ExperimentModel
import Foundation

/// A plan in a file: the grid, the engine's version and the data it was made for, and a digest of
/// every trial. Reading it makes the same plan again, or says why it cannot.
public struct PlanFile: Codable, Sendable {
  private struct Data: Codable, Sendable {
    var name: String
    var fingerprint: String
  }

  private var format = "dropgrid-plan-1"
  private var name: String
  private var grid: String
  private var overrides: [String]
  /// What it was laid out with.
  public private(set) var merging: Bool?
  private var numerics: Int
  private var data: [Data]
  private var trials: Int
  private var digest: String

  /// - Parameters:
  ///   - plan: what is kept.
  ///   - text: the grid file as it was given.
  ///   - overrides: those that it was read with.
  ///   - merging: what it was laid out with.
  public init(_ plan: PlannedGrid, text: String, overrides: [String], merging: Bool?) {
    name = plan.grid.name
    grid = text
    self.overrides = overrides
    self.merging = merging
    numerics = plan.planner.numericsVersion
    data = plan.datasets.map { Data(name: $0.name, fingerprint: $0.fingerprint) }
    trials = plan.trialCount
    digest = plan.digest
  }

  /// The file's text: JSON with sorted keys.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// - Parameters:
  ///   - text: what `json()` gave.
  ///   - path: what messages call the file.
  /// - Throws: `UserError(.badFile)` where the text is no plan.
  public init(json text: String, path: String) throws(UserError) {
    do {
      self = try JSONDecoder().decode(Self.self, from: Foundation.Data(text.utf8))
    } catch {
      throw UserError(.badFile, "\(path): this is no plan; `dropgrid plan GRID -o PLAN` makes one")
    }
    guard format == "dropgrid-plan-1" else {
      throw UserError(.badFile, "\(path): the plan's format \(Wording.quote(format)) is not known")
    }
  }

  /// Reads the grid in the plan.
  public func gridFile() throws(GridError) -> GridFile {
    try GridFile.parse(grid, name: name, overrides: overrides, isRecorded: true)
  }

  /// Lays the plan out as it was.
  ///
  /// - Throws: `UserError(.mismatch)` where data or engine are others, so that the trials would be;
  ///   `GridError` as `GridFile.layOut`.
  public func layOut(
    _ file: GridFile, cards: [String: DatasetCard], numericsVersion: Int
  ) throws -> PlannedGrid {
    guard numericsVersion == numerics else {
      throw UserError(
        .mismatch,
        "the plan is for numerics version \(numerics) and this is \(numericsVersion); plan again")
    }
    for entry in data where cards[entry.name]?.fingerprint != entry.fingerprint {
      throw UserError(
        .mismatch, "the plan was made for other images than `\(entry.name)` has here; plan again")
    }
    let plan = try file.layOut(cards: cards, numericsVersion: numericsVersion, merging: merging)
    guard plan.trialCount == trials, plan.digest == digest else {
      throw UserError(
        .mismatch, "the plan's trials cannot be made by this version of dropgrid; plan again")
    }
    return plan
  }
}

extension PlannedGrid {
  /// Hexadecimal SHA-256 over every trial's id, in the order of training.
  var digest: String {
    var hash = SHA256()
    for row in 0..<trialCount { hash.update(data: trial(row).id.bytes) }
    return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
