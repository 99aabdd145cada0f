import TensorCore

/// Trains a fixture's network in Dropgrid and lists where it is further from the framework than
/// allowed.
struct ParityCheck {
  let fixture: Fixture
  /// What was compared: the worst error of each part, and the tensor that has it.
  private(set) var worst: [String: (error: Double, tensor: String)] = [:]
  private(set) var problems: [String] = []
  /// How each convolution and dense layer is computed.
  private(set) var implementations: [String] = []

  /// Relative errors that may remain.
  enum Limit {
    static let gradient = 1e-4
    static let trained = 1e-3
  }

  init(_ name: String, fused: Bool = true) throws {
    fixture = try Fixture(name)
    try run(fused: fused)
  }

  private mutating func compare(
    _ part: String, _ tensor: String, _ values: [Float], _ expected: [Float], limit: Double,
    floor: Double = 0
  ) {
    let error = relativeError(values, expected, floor: floor)
    if error >= worst[part]?.error ?? 0 { worst[part] = (error, tensor) }
    if !(error <= limit) {
      problems.append(
        "\(fixture.network.name): the \(part) of \(tensor) differ from "
          + "\(fixture.network.framework)'s by \(error), more than \(limit)")
    }
  }

  /// Tensors in the order of the parameters; running statistics have no gradients.
  private mutating func compare(
    _ part: String, _ values: [[Float]], to stored: String, limit: Double
  ) throws {
    let labels = fixture.parameters.filter {
      stored != "gradient" || !$0.contains(".moving_")
    }
    try compare(
      part, labels, values, labels.map { try fixture.floats("\(stored)/\($0)") }, limit: limit)
  }

  private mutating func compare(
    _ part: String, _ labels: [String], _ values: [[Float]], _ expected: [[Float]], limit: Double
  ) throws {
    guard values.count == labels.count else {
      throw FixtureError(what: "\(values.count) \(part) of \(labels.count)")
    }
    func largest(_ values: [Float]) -> Double { values.reduce(0) { max($0, Double(abs($1))) } }
    let overall = expected.map(largest).max() ?? 0
    for (index, label) in labels.enumerated() {
      // What is zero in real arithmetic is rounding in both programs, such as the gradient of a
      // bias before a normalisation.
      let floor = largest(expected[index]) < 1e-6 * overall ? overall : 0
      compare(part, label, values[index], expected[index], limit: limit, floor: floor)
    }
  }

  private mutating func run(fused: Bool) throws {
    let options = fixture.network
    guard let maskSeed = UInt64(options.maskSeed) else { throw FixtureError(what: "no seed") }
    let network = try Network(
      fixture.description(), batch: options.batch, initialisationSeed: options.initSeed,
      maskSeed: maskSeed, fused: fused)
    implementations = network.implementations
    let initial = try fixture.parameters.map { try fixture.floats("initial/\($0)") }
    let initialisers = options.layers.compactMap(\.initialiser)
    for (index, kernel) in network.exportWeights().enumerated()
    where fixture.parameters[index].hasSuffix("kernel") {
      // The same arithmetic in uniform numbers; normal ones come from other quantile functions.
      let limit = initialisers.contains { $0.hasSuffix("normal") } ? 1e-6 : 0
      compare("initial weights", fixture.parameters[index], kernel, initial[index], limit: limit)
    }
    network.importWeights(initial)

    let pixels = try fixture.floats("images"), labels = try fixture.integers("labels")
    let indices = try fixture.integers("indices"), losses = try fixture.doubles("losses")
    try pixels.withUnsafeBufferPointer { pixels in
      try labels.withUnsafeBufferPointer { labels in
        guard let pixels = pixels.baseAddress, let start = labels.baseAddress else { return }
        let images = Network.Images(pixels: pixels, labels: start)
        for step in 0..<options.steps {
          let batch = indices[step * options.batch..<(step + 1) * options.batch]
          let loss = try network.train(
            images, indices: batch, optimiser: options.optimiser.described(), step: step,
            labelSmoothing: options.labelSmoothing)
          compare(
            step == 0 ? "first loss" : "losses", "step \(step)", [Float(loss.meanLoss)],
            [Float(losses[step])], limit: step == 0 ? 1e-5 : Limit.trained)
          guard step == 0 else { continue }
          try compare(
            "gradients", network.exportGradients(), to: "gradient", limit: Limit.gradient)
          try compare(
            "weights after 1 update", network.exportWeights(), to: "once", limit: Limit.gradient)
        }
        let last = network.exportWeights()
        try compare(
          "weights after \(options.steps) updates", last, to: "last", limit: Limit.trained)
        // The same relative to what the updates changed: small updates show, too.
        func changes(_ weights: [[Float]]) -> [[Float]] {
          zip(weights, initial).map { zip($0, $1).map { $0 - $1 } }
        }
        try compare(
          "changes by \(options.steps) updates", fixture.parameters, changes(last),
          changes(fixture.parameters.map { try fixture.floats("last/\($0)") }),
          limit: Limit.trained)
        let logits = try network.logits(images, indices: Array(0..<Int32(labels.count)))
        compare(
          "evaluation", "logits", logits.flatMap { $0 }, try fixture.floats("logits"),
          limit: Limit.trained)
        guard fixture.has("monte_carlo_loss") else { return }
        let averaged = try network.evaluate(
          images, count: labels.count,
          monteCarlo: MonteCarlo(
            samples: options.monteCarlo.samples, epoch: options.monteCarlo.epoch,
            step: options.steps))
        compare(
          "Monte-Carlo evaluation", "loss", [Float(averaged.meanLoss)],
          [Float(try fixture.doubles("monte_carlo_loss")[0])], limit: Limit.trained)
      }
    }
  }

  /// One line: the worst error of each part.
  var summary: String {
    let parts = worst.sorted { $0.key < $1.key }.map { part, worst in
      "\(part) \(Self.short(worst.error)) (\(worst.tensor))"
    }
    return "\(fixture.network.name): " + parts.joined(separator: ", ")
  }

  private static func short(_ error: Double) -> String {
    guard error > 0, error.isFinite else { return "\(error)" }
    var digits = error, exponent = 0
    while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
    return "\((digits * 10).rounded() / 10)e\(exponent)"
  }
}
