import Foundation
import TensorCore
import TensorReference

/// A small network in both implementations, with the masks that the fast one draws.
struct TestNetwork {
  var description: NetworkDescription
  var reference: ReferenceNetwork
  private var sites: [String: (dropout: Dropout, shape: FeatureShape)] = [:]
  private var draws: [String: (name: RandomName, shape: FeatureShape)] = [:]

  enum Part {
    /// A convolution with a ReLU behind it.
    case convolution(Int, kernel: Int = 3, same: Bool = true)
    case pool(
      PoolLayer.Kind, size: Int = 2, before: (Dropout.Kind, Double)? = nil,
      after: (Dropout.Kind, Double)? = nil)
    /// A dense layer; with ReLU and dropout unless it is the last.
    case dense(Int, dropout: Double = 0)
    /// A convolution alone.
    case linear(Int)
    case batchNorm(BatchNormLayer.Form)
    case activation(Activation)
    case dropout(Dropout.Kind, Double)
    /// A convolution with a stride and a ReLU behind it.
    case strided(Int, kernel: Int, stride: Int, same: Bool)
    case stochasticPool(size: Int = 2)
    case maxPoolingDropout(Double, size: Int = 2)
    case globalAverage
    /// DropConnect of the convolution or dense layer that comes next.
    case dropConnect(Double)
  }

  /// Parts in order; the last dense one makes the logits.
  init(input: FeatureShape, _ parts: [Part]) {
    var builder = Builder(shape: input)
    for (index, part) in parts.enumerated() {
      builder.add(part, isLast: index == parts.count - 1)
    }
    description = NetworkDescription(input: input, layers: builder.layers)
    reference = ReferenceNetwork(
      input: ReferenceShape(
        height: input.height, width: input.width, channels: input.channels),
      layers: builder.reference)
    sites = builder.sites
    draws = builder.draws
  }

  private struct Builder {
    var shape: FeatureShape
    var layers: [NetworkDescription.Layer] = []
    var reference: [ReferenceLayer] = []
    var sites: [String: (dropout: Dropout, shape: FeatureShape)] = [:]
    var draws: [String: (name: RandomName, shape: FeatureShape)] = [:]
    var dropConnect: DropConnect?
    var block = 1
    var convolution = 0
    var dense = 0

    mutating func add(_ part: Part, isLast: Bool) {
      switch part {
      case .convolution(let filters, let kernel, let same):
        convolve(filters, kernel: kernel, same: same)
        layers.append(.activation(.relu))
        reference.append(.relu)
      case .linear(let filters): convolve(filters, kernel: 3, same: true)
      case .pool(let kind, let size, let before, let after):
        if let before { drop(before, .pool(block: block, second: after != nil)) }
        let output = FeatureShape(
          height: shape.height / size, width: shape.width / size, channels: shape.channels)
        layers.append(.pool(PoolLayer(kind: kind, size: size, input: shape, output: output)))
        reference.append(.pool(kind == .max ? .max : .average, size: size))
        shape = output
        if let after { drop(after, .pool(block: block)) }
        block += 1
        convolution = 0
      case .dense(let units, let rate):
        if !isLast { dense += 1 }
        layers.append(
          .dense(
            DenseLayer(
              label: isLast ? "logits" : "dense\(dense)",
              name: isLast ? .logitsKernel : .kernel(dense: dense), inputs: shape.count,
              outputs: units, dropConnect: takeDropConnect())))
        reference.append(.dense(units: units))
        shape = FeatureShape(height: 1, width: 1, channels: units)
        guard !isLast else { return }
        layers.append(.activation(.relu))
        reference.append(.relu)
        if rate > 0 { drop((.elementWise, rate), .dense(dense)) }
      case .batchNorm(let form):
        let layer = BatchNormLayer(
          label: "block\(block).norm\(convolution)", shape: shape, form: form)
        layers.append(.batchNorm(layer))
        reference.append(
          .batchNorm(
            form: form == .keras ? .keras : .pyTorch, momentum: layer.momentum,
            epsilon: layer.epsilon))
      case .activation(let activation):
        layers.append(.activation(activation))
        reference.append(.activation(ReferenceActivation(activation)))
      case .strided(let filters, let kernel, let stride, let same):
        convolve(filters, kernel: kernel, same: same, stride: stride)
        layers.append(.activation(.relu))
        reference.append(.relu)
      case .stochasticPool(let size):
        let site = "draw\(draws.count)"
        let name = RandomName.stochasticPool(block: block)
        pool(.stochastic(name), size: size, .stochasticPool(site: site, size: size))
        draws[site] = (name, shape)
      case .maxPoolingDropout(let rate, let size):
        let site = "site\(sites.count)"
        let dropout = Dropout(kind: .elementWise, rate: rate, name: .pool(block: block))
        sites[site] = (dropout, shape)
        pool(
          .maxPoolingDropout(dropout), size: size,
          .maxPoolingDropout(site: site, size: size, rate: rate))
      case .globalAverage:
        layers.append(.globalAverage(shape))
        reference.append(.globalAverage)
        shape = FeatureShape(height: 1, width: 1, channels: shape.channels)
      case .dropConnect(let rate):
        let site = "site\(sites.count)"
        let connect = DropConnect(
          rate: rate, name: .convolution(block: block, convolution: sites.count, .input))
        dropConnect = connect
        reference.append(.dropConnect(site: site, rate: rate))
        // One row: the element is the place in the layer's arrays.
        sites[site] = (
          Dropout(kind: .elementWise, rate: rate, name: connect.name),
          FeatureShape(height: 1, width: 1, channels: 1)
        )
      case .dropout(let kind, let rate):
        drop((kind, rate), .convolution(block: block, convolution: sites.count, .input))
      }
    }

    private mutating func takeDropConnect() -> DropConnect? {
      defer { dropConnect = nil }
      return dropConnect
    }

    private mutating func pool(_ kind: PoolLayer.Kind, size: Int, _ layer: ReferenceLayer) {
      let output = FeatureShape(
        height: shape.height / size, width: shape.width / size, channels: shape.channels)
      layers.append(.pool(PoolLayer(kind: kind, size: size, input: shape, output: output)))
      reference.append(layer)
      shape = output
      block += 1
      convolution = 0
    }

    private mutating func convolve(
      _ filters: Int, kernel: Int, same: Bool, stride: Int = 1
    ) {
      convolution += 1
      let padding: ConvolutionLayer.Padding = same ? .same : .valid
      let output = FeatureShape(
        height: padding.output(shape.height, kernel: kernel, stride: stride),
        width: padding.output(shape.width, kernel: kernel, stride: stride), channels: filters)
      layers.append(
        .convolution(
          ConvolutionLayer(
            label: "block\(block).conv\(convolution)",
            name: .kernel(block: block, convolution: convolution), input: shape, output: output,
            kernel: kernel, stride: stride, padding: padding, dropConnect: takeDropConnect())))
      reference.append(
        .convolution(
          kernel: kernel, filters: filters, padding: same ? .same : .valid, stride: stride))
      shape = output
    }

    private mutating func drop(_ dropout: (kind: Dropout.Kind, rate: Double), _ name: RandomName) {
      let dropout = Dropout(kind: dropout.kind, rate: dropout.rate, name: name)
      let site = "site\(sites.count)"
      layers.append(.dropout(dropout))
      reference.append(dropout.reference(site: site))
      sites[site] = (dropout, shape)
    }
  }

  /// The random decisions of update `step`, from the definition of the masks and another Philox.
  ///
  /// - Parameters:
  ///   - stream: 2 for training, 4 for Monte-Carlo evaluation.
  ///   - part: which batch of an evaluation.
  ///   - slice: images that pass together; those behind them belong to the next part.
  func mode(
    seed: UInt64, step: Int, stream: UInt32 = 2, part first: UInt32 = 0, slice: Int = .max
  ) -> ReferenceNetwork.Mode {
    func place(_ n: Int) -> (n: Int, part: UInt32) { (n % slice, first + UInt32(n / slice)) }
    return .training { site, n, h, w, c in
      let (n, part) = place(n)
      guard let (dropout, shape) = sites[site] else { preconditionFailure("no site \(site)") }
      return Self.kept(
        element: Self.element(dropout.kind, shape, n, h, w, c),
        rate: dropout.decisionRate(shape), seed: seed, name: dropout.name.rawValue, step: step,
        stream: stream, part: part)
    } normal: { site, n, h, w, c in
      let (n, part) = place(n)
      guard let (dropout, shape) = sites[site] else { preconditionFailure("no site \(site)") }
      return Self.normal(
        element: Self.element(.elementWise, shape, n, h, w, c), seed: seed,
        name: dropout.name.rawValue, step: step, stream: stream, part: part)
    } uniform: { site, n, y, x, c in
      let (n, part) = place(n)
      guard let (name, shape) = draws[site] else { preconditionFailure("no site \(site)") }
      let element = Self.element(.elementWise, shape, n, y, x, c)
      let words = ReferencePhilox.words(
        counter: [UInt32(element / 4), UInt32(step), name.rawValue, stream << 28 | part],
        key: [UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)])
      return Double(words[element % 4] >> 8) * 0x1p-24
    }
  }

  /// The index of a decision: over (n, h, w, c), axes with one decision being of length 1, and
  /// channels rounded up to 16.
  private static func element(
    _ kind: Dropout.Kind, _ shape: FeatureShape, _ n: Int, _ h: Int, _ w: Int, _ c: Int
  ) -> Int {
    var (height, width, channels) = (shape.height, shape.width, shape.channels)
    switch kind {
    case .spatial: (height, width) = (1, 1)
    case .shared(_, let sharedHeight, let sharedWidth, let sharedChannels):
      if sharedHeight { height = 1 }
      if sharedWidth { width = 1 }
      if sharedChannels { channels = 1 }
    case .dropBlock(_, .shared, _): channels = 1
    default: break
    }
    let (y, x) = (height == 1 ? 0 : h, width == 1 ? 0 : w)
    return ((n * height + y) * width + x) * ((channels + 15) / 16 * 16) + c
  }

  /// A keep decision as its definition says: the first byte, and 24 more bits where it is equal.
  static func kept(
    element: Int, rate: Double, seed: UInt64, name: UInt32, step: Int, stream: UInt32 = 2,
    part: UInt32 = 0
  ) -> Bool {
    let threshold = UInt64((rate * 0x1p32).rounded())
    func words(_ stream: UInt32, block: Int) -> [UInt32] {
      ReferencePhilox.words(
        counter: [
          UInt32(block), UInt32(step), name, stream << 28 | part,
        ], key: [UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)])
    }
    let byte =
      words(stream, block: element / 16)[element % 16 / 4] >> (8 * UInt32(element % 4)) & 0xFF
    let rest = words(stream + 1, block: element / 4)[element % 4] >> 8
    return UInt64(byte) << 24 | UInt64(rest) >= threshold
  }
}

extension TestNetwork {
  /// A number of the normal distribution as its definition says, by bisection.
  static func normal(
    element: Int, seed: UInt64, name: UInt32, step: Int, stream: UInt32, part: UInt32
  ) -> Double {
    let words = ReferencePhilox.words(
      counter: [UInt32(element / 4), UInt32(step), name, stream << 28 | part],
      key: [UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)])
    let target = (Double(words[element % 4]) + 0.5) * 0x1p-32
    var low = -7.0, high = 7.0
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if erfc(-middle / 2.0.squareRoot()) / 2 < target { low = middle } else { high = middle }
    }
    return low
  }
}
