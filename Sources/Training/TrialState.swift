import ExperimentModel
import TensorCore

/// Where a trial is between two steps: all that it takes to go on to the same bits.
struct TrialState {
  /// The epoch under way, from 1.
  var epoch = 1
  /// Images of this epoch that have been trained on.
  var position = 0
  /// Updates so far.
  var step = 0
  /// Sums over this epoch's steps.
  var fit = BatchLoss()
  /// One value for each epoch before this one.
  var metrics: [Metric: [Float]] = [:]
  /// The values of each epoch before this one, one after the other.
  var diagnostics: [DiagnosticFigure: [Float]] = [:]
  /// Seconds of training so far; reaches no result.
  var elapsed = 0.0
  var network: NetworkState
  /// Weights of earlier epochs that the record will hold, ascending.
  var snapshots: [Snapshot] = []

  /// The weights after an epoch, as `Network.exportWeights` gives them.
  struct Snapshot {
    var epoch: Int
    var weights: [[Float]]
  }

  /// The bytes of a checkpoint: little-endian, every array behind its length.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.append(Self.version)
    for value in [epoch, position, step, fit.correct, fit.count] { writer.append(Int64(value)) }
    writer.append(fit.sum)
    writer.append(elapsed)
    let recorded = Metric.allCases.filter { metrics[$0] != nil }
    writer.append(Int64(recorded.count))
    for metric in recorded {
      writer.append(Array(metric.rawValue.utf8))
      writer.append(metrics[metric] ?? [])
    }
    let figures = DiagnosticFigure.allCases.filter { diagnostics[$0] != nil }
    writer.append(Int64(figures.count))
    for figure in figures {
      writer.append(Array(figure.rawValue.utf8))
      writer.append(diagnostics[figure] ?? [])
    }
    writer.append(Int64(snapshots.count))
    for snapshot in snapshots {
      writer.append(Int64(snapshot.epoch))
      writer.append(Int64(snapshot.weights.count))
      for weights in snapshot.weights { writer.append(weights) }
    }
    writer.append(network.weights)
    writer.append(network.velocities)
    writer.append(network.secondMoments)
    writer.append(network.statistics)
    return writer.bytes
  }

  private static let version: Int64 = 4

  init(network: NetworkState) { self.network = network }

  /// Reads what `bytes` holds; nil where that is not a state.
  init?(bytes: [UInt8]) {
    var reader = ByteReader(bytes: bytes[...])
    guard reader.value(Int64.self) == Self.version else { return nil }
    var numbers: [Int] = []
    for _ in 0..<5 {
      guard let value = reader.value(Int64.self), let number = Int(exactly: value), number >= 0
      else { return nil }
      numbers.append(number)
    }
    guard let sum = reader.value(Double.self), let elapsed = reader.value(Double.self),
      let count = reader.value(Int64.self), (0...Int64(Metric.allCases.count)).contains(count)
    else { return nil }
    (epoch, position, step) = (numbers[0], numbers[1], numbers[2])
    fit = BatchLoss(sum: sum, correct: numbers[3], count: numbers[4])
    self.elapsed = elapsed
    var metrics: [Metric: [Float]] = [:]
    for _ in 0..<count {
      guard let name = reader.array(UInt8.self),
        let metric = Metric(rawValue: String(decoding: name, as: UTF8.self)),
        let values = reader.array(Float.self)
      else { return nil }
      metrics[metric] = values
    }
    self.metrics = metrics
    guard let figures = reader.value(Int64.self),
      (0...Int64(DiagnosticFigure.allCases.count)).contains(figures)
    else { return nil }
    for _ in 0..<figures {
      guard let name = reader.array(UInt8.self),
        let figure = DiagnosticFigure(rawValue: String(decoding: name, as: UTF8.self)),
        let values = reader.array(Float.self)
      else { return nil }
      diagnostics[figure] = values
    }
    guard let snapshots = Self.snapshots(&reader) else { return nil }
    self.snapshots = snapshots
    guard let weights = reader.array(Float.self), let velocities = reader.array(Float.self),
      let secondMoments = reader.array(Float.self), let statistics = reader.array(Float.self),
      reader.bytes.isEmpty
    else { return nil }
    network = NetworkState(
      weights: weights, velocities: velocities, secondMoments: secondMoments,
      statistics: statistics)
  }

  private static func snapshots(_ reader: inout ByteReader) -> [Snapshot]? {
    guard let count = reader.value(Int64.self), (0...1_000_000).contains(count) else { return nil }
    var snapshots: [Snapshot] = []
    for _ in 0..<count {
      guard let epoch = reader.value(Int64.self), (1...1_000_000_000).contains(epoch),
        let arrays = reader.value(Int64.self), (0...1_000_000).contains(arrays)
      else { return nil }
      var weights: [[Float]] = []
      for _ in 0..<arrays {
        guard let values = reader.array(Float.self) else { return nil }
        weights.append(values)
      }
      snapshots.append(Snapshot(epoch: Int(epoch), weights: weights))
    }
    return snapshots
  }
}

private struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func append<Value: BitwiseCopyable>(_ value: Value) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  mutating func append<Value: BitwiseCopyable>(_ values: [Value]) {
    append(Int64(values.count))
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

private struct ByteReader {
  var bytes: ArraySlice<UInt8>

  mutating func value<Value: BitwiseCopyable>(_: Value.Type) -> Value? {
    let size = MemoryLayout<Value>.size
    guard bytes.count >= size else { return nil }
    defer { bytes = bytes.dropFirst(size) }
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
  }

  mutating func array<Value: BitwiseCopyable>(_: Value.Type) -> [Value]? {
    let stride = MemoryLayout<Value>.stride
    guard let length = value(Int64.self), length >= 0, length <= bytes.count / stride else {
      return nil
    }
    // The initialiser below, asked for no room, writes into the empty array that all threads share.
    guard length > 0 else { return [] }
    let count = Int(length)
    defer { bytes = bytes.dropFirst(count * stride) }
    return [Value](unsafeUninitializedCapacity: count) { buffer, used in
      UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes.prefix(count * stride))
      used = count
    }
  }
}

extension NetworkState {
  /// What stands in a state while the network itself holds the numbers.
  static var none: NetworkState { NetworkState(weights: [], velocities: [], statistics: []) }
}
