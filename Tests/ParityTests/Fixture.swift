import Foundation

/// One file of scripts/make-parity-fixtures: a network, and what a framework computed with it.
struct Fixture {
  var network: Description
  private var entries: [String: Entry]
  private var data: Data

  struct Description: Decodable {
    var name: String
    var framework: String
    /// Height, width, channels.
    var input: [Int]
    var layers: [Layer]
    var optimiser: Optimiser
    var batch: Int
    var steps: Int
    var labelSmoothing: Double
    var initSeed: UInt64
    var maskSeed: String
    var monteCarlo: MonteCarlo
  }

  /// A layer and the settings that its kind has.
  struct Layer: Decodable {
    var layer: String
    var label: String?
    var name: String?
    var packed: UInt32?
    var output: [Int]
    var kernel: [Int]?
    var stride: Int?
    var padding: String?
    var kind: String?
    var rate: Double?
    var size: Int?
    var slope: Double?
    var alpha: Double?
    var form: String?
    var momentum: Double?
    var epsilon: Double?
    var initialiser: String?
    /// A noise shape, such as n11c; a 1 stands for an axis that shares its decisions.
    var shape: String?
    var block: Int?
    var channels: String?
    var centres: String?
    var schedule: Schedule?
    var dropConnect: DropConnect?
  }

  struct DropConnect: Decodable {
    var rate: Double
    /// 0 for the mean.
    var samples: Int
    var schedule: Schedule?
  }

  struct MonteCarlo: Decodable {
    var samples: Int
    var epoch: Int
  }

  struct Optimiser: Decodable {
    var name: String
    var form: String
    var learningRate: Double
    var schedule: Schedule?
    var momentum: Double?
    var nesterov: Bool?
    var beta1: Double?
    var beta2: Double?
    var epsilon: Double?
    var weightDecay: Double?
  }

  /// Of a learning rate or a dropout's rate.
  struct Schedule: Decodable {
    var kind: String
    var updates: Int?
    var decay: Double?
    var every: Int?
    var factor: Double?
    var total: Int?
  }

  private struct Entry: Decodable {
    var dtype: String
    var dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype
      case dataOffsets = "data_offsets"
    }
  }

  private struct Header: Decodable {
    var fixture: Description
    var entries: [String: Entry]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      var items = try container.decode([String: Item].self)
      guard case .metadata(let text) = items.removeValue(forKey: "__metadata__") else {
        throw FixtureError(what: "no metadata")
      }
      fixture = try Fixture.decoder.decode(Description.self, from: Data(text.utf8))
      entries = items.compactMapValues { if case .tensor(let entry) = $0 { entry } else { nil } }
    }
  }

  private enum Item: Decodable {
    case metadata(String)
    case tensor(Entry)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let words = try? container.decode([String: String].self) {
        self = .metadata(words["fixture"] ?? "")
      } else {
        self = .tensor(try container.decode(Entry.self))
      }
    }
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  /// Reads the fixture `name`.
  init(_ name: String) throws {
    let file = try Data(contentsOf: Self.folder.appending(path: "\(name).safetensors"))
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONDecoder().decode(Header.self, from: file.dropFirst(8).prefix(length))
    network = header.fixture
    entries = header.entries
    data = file.dropFirst(8 + length)
  }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// Every fixture's name, in order.
  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "safetensors" }
      .map { $0.deletingPathExtension().lastPathComponent }.sorted()
  }

  func has(_ name: String) -> Bool { entries[name] != nil }

  func floats(_ name: String) throws -> [Float] { try values(name, "F32") }
  func doubles(_ name: String) throws -> [Double] { try values(name, "F64") }
  func integers(_ name: String) throws -> [Int32] { try values(name, "I32") }
  func bytes(_ name: String) throws -> [UInt8] { try values(name, "U8") }

  private func values<Value: BitwiseCopyable>(_ name: String, _ type: String) throws -> [Value] {
    guard let entry = entries[name], entry.dtype == type, entry.dataOffsets.count == 2 else {
      throw FixtureError(what: "\(network.name) has no \(name) of type \(type)")
    }
    let size = MemoryLayout<Value>.stride
    let range = entry.dataOffsets[0]..<entry.dataOffsets[1]
    return data.dropFirst(range.lowerBound).prefix(range.count).withUnsafeBytes { raw in
      stride(from: 0, to: raw.count, by: size).map {
        raw.loadUnaligned(fromByteOffset: $0, as: Value.self)
      }
    }
  }
}

struct FixtureError: Error {
  var what: String
}
