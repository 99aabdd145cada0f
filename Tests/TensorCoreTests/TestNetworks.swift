import TensorCore
import TensorReference

/// A small network in both implementations, with the masks that the fast one draws.
struct TestNetwork {
  var description: NetworkDescription
  var reference: ReferenceNetwork

  enum Part {
    case convolution(Int, kernel: Int = 3, same: Bool = true)
    case pool(
      PoolLayer.Kind, size: Int = 2, before: (Dropout.Kind, Double)? = nil,
      after: (Dropout.Kind, Double)? = nil)
    case dense(Int, dropout: Double = 0)
  }

  /// Parts in order; the last dense one makes the logits.
  init(input: FeatureShape, _ parts: [Part]) {
    var shape = input
    var layers: [NetworkDescription.Layer] = []
    var reference: [ReferenceLayer] = []
    var block = 1
    var convolution = 0
    var dense = 0
    for (index, part) in parts.enumerated() {
      switch part {
      case .convolution(let filters, let kernel, let same):
        convolution += 1
        let loss = same ? 0 : kernel - 1
        let output = FeatureShape(
          height: shape.height - loss, width: shape.width - loss, channels: filters)
        layers.append(
          .convolution(
            ConvolutionLayer(
              label: "block\(block).conv\(convolution)",
              name: .kernel(block: block, convolution: convolution), input: shape,
              output: output, kernel: kernel, padding: same ? kernel / 2 : 0)))
        reference += [
          .convolution(kernel: kernel, filters: filters, padding: same ? .same : .valid), .relu,
        ]
        shape = output
      case .pool(let kind, let size, let before, let after):
        let output = FeatureShape(
          height: shape.height / size, width: shape.width / size, channels: shape.channels)
        let both = before != nil && after != nil
        layers.append(
          .pool(
            PoolLayer(
              kind: kind, size: size, input: shape, output: output,
              before: before.map {
                Dropout(kind: $0.0, rate: $0.1, name: .pool(block: block, second: both))
              },
              after: after.map { Dropout(kind: $0.0, rate: $0.1, name: .pool(block: block)) })))
        if let before {
          reference.append(
            .dropout(
              site: "\(both ? "second" : "pool")\(block)",
              kind: before.0 == .spatial ? .spatial : .elementWise, rate: before.1))
        }
        reference.append(.pool(kind == .max ? .max : .average, size: size))
        if let after {
          reference.append(
            .dropout(
              site: "pool\(block)", kind: after.0 == .spatial ? .spatial : .elementWise,
              rate: after.1))
        }
        shape = output
        block += 1
        convolution = 0
      case .dense(let units, let rate):
        let isLogits = index == parts.count - 1
        dense += 1
        layers.append(
          .dense(
            DenseLayer(
              label: isLogits ? "logits" : "dense\(dense)",
              name: isLogits ? .logitsKernel : .kernel(dense: dense), inputs: shape.count,
              outputs: units, isLogits: isLogits,
              dropout: rate > 0
                ? Dropout(kind: .elementWise, rate: rate, name: .dense(dense)) : nil)))
        reference.append(.dense(units: units))
        if !isLogits { reference.append(.relu) }
        if rate > 0 {
          reference.append(.dropout(site: "dense\(dense)", kind: .elementWise, rate: rate))
        }
        shape = FeatureShape(height: 1, width: 1, channels: units)
      }
    }
    description = NetworkDescription(input: input, layers: layers)
    self.reference = ReferenceNetwork(
      input: ReferenceShape(
        height: input.height, width: input.width, channels: input.channels),
      layers: reference)
  }

  /// The keep decisions of update `step`, from the definition of the masks and another Philox.
  func keep(seed: UInt64, step: Int) -> ReferenceKeep {
    var sites: [String: (name: RandomName, rate: Double, width: Int, channels: Int)] = [:]
    var block = 1
    var dense = 0
    for layer in description.layers {
      switch layer {
      case .convolution: break
      case .pool(let pool):
        let both = pool.before != nil && pool.after != nil
        if let before = pool.before {
          sites["\(both ? "second" : "pool")\(block)"] = (
            before.name, before.rate, before.kind == .spatial ? 0 : pool.input.width,
            pool.input.channels
          )
        }
        if let after = pool.after {
          sites["pool\(block)"] = (
            after.name, after.rate, after.kind == .spatial ? 0 : pool.output.width,
            pool.input.channels
          )
        }
        block += 1
      case .dense(let layer):
        dense += 1
        if let dropout = layer.dropout {
          sites["dense\(dense)"] = (dropout.name, dropout.rate, 0, layer.outputs)
        }
      }
    }
    let heights = description.heights
    return { site, n, h, w, c in
      guard let place = sites[site] else { preconditionFailure("no site \(site)") }
      let height = place.width == 0 ? 1 : heights[site] ?? place.width
      let pixel = place.width == 0 ? n : (n * height + h) * place.width + w
      let element = pixel * ((place.channels + 15) / 16 * 16) + c
      return Self.kept(
        element: element, rate: place.rate, seed: seed, name: place.name.rawValue, step: step)
    }
  }

  /// A keep decision as its definition says: the first byte, and 24 more bits where it is equal.
  static func kept(element: Int, rate: Double, seed: UInt64, name: UInt32, step: Int) -> Bool {
    let threshold = UInt64((rate * 0x1p32).rounded())
    func words(_ stream: UInt32, block: Int) -> [UInt32] {
      ReferencePhilox.words(
        counter: [
          UInt32(block), UInt32(step), name, stream << 28,
        ], key: [UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)])
    }
    let byte = words(2, block: element / 16)[element % 16 / 4] >> (8 * UInt32(element % 4)) & 0xFF
    let rest = words(3, block: element / 4)[element % 4] >> 8
    return UInt64(byte) << 24 | UInt64(rest) >= threshold
  }
}

extension NetworkDescription {
  /// Heights of the maps at element-wise sites around pools, by the reference's site name.
  fileprivate var heights: [String: Int] {
    var result: [String: Int] = [:]
    var block = 1
    for case .pool(let pool) in layers {
      if pool.before != nil {
        result[pool.after != nil ? "second\(block)" : "pool\(block)"] = pool.input.height
      }
      if pool.after != nil { result["pool\(block)"] = pool.output.height }
      block += 1
    }
    return result
  }
}

/// Images and labels that look random: SplitMix64 (Steele et al., OOPSLA 2014).
struct TestImages {
  var pixels: [Float]
  var labels: [Int32]

  init(count: Int, shape: FeatureShape, classes: Int, seed: UInt64 = 1) {
    var state = seed
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    pixels = (0..<count * shape.count).map { _ in Float(next() >> 40) * 0x1p-24 * 2 - 1 }
    labels = (0..<count).map { _ in Int32(next() % UInt64(classes)) }
  }

  func with<Result>(_ body: (Network.Images) throws -> Result) rethrows -> Result {
    try pixels.withUnsafeBufferPointer { pixels in
      try labels.withUnsafeBufferPointer { labels in
        guard let pixels = pixels.baseAddress, let labels = labels.baseAddress else {
          preconditionFailure("no images")
        }
        return try body(Network.Images(pixels: pixels, labels: labels))
      }
    }
  }
}

/// Largest difference relative to the largest value of the whole tensor.
func relativeError(_ values: [Float], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  let scale = max(expected.map(abs).max() ?? 0, 1e-6)
  let errors = zip(values, expected).map { abs(Double($0) - $1) }
  return errors.contains { !$0.isFinite } ? .infinity : (errors.max() ?? 0) / scale
}
