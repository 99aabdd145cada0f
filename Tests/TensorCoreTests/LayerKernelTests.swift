import CKernels
import Testing

/// Convolutions and dense layers over many shapes: against plain sums in double precision, and every
/// instruction set against the first to the bit.
@Suite struct LayerKernelTests {
  /// Small whole numbers drawn from a seed, and real ones in −½ … ½.
  struct Draws {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func below(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    mutating func real() -> Float { Float(below(1 << 23)) / Float(1 << 23) - 0.5 }
    mutating func reals(_ count: Int) -> [Float] { (0..<count).map { _ in real() } }
  }

  /// Norm of the difference, relative to the norm of `exact`.
  static func error(_ values: [Float], _ exact: [Double]) -> Double {
    let norm = exact.reduce(1e-30) { $0 + $1 * $1 }
    let difference = zip(values, exact).reduce(0.0) {
      $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
    }
    return (difference / norm).squareRoot()
  }

  static func round16(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// Maps in blocks of 16 channels, or in planes.
  struct Maps {
    var batch: Int, channels: Int, height: Int, width: Int, planes = false

    var count: Int {
      batch * height * width * (planes ? channels : LayerKernelTests.round16(channels))
    }

    func index(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Int {
      let block = planes ? 1 : 16, blocks = (channels + block - 1) / block
      return ((n * blocks + c / block) * height * width + y * width + x) * block + c % block
    }

    func filled(_ draws: inout Draws) -> [Float] {
      var values = [Float](repeating: 0, count: count)
      for n in 0..<batch {
        for c in 0..<channels {
          for y in 0..<height { for x in 0..<width { values[index(n, c, y, x)] = draws.real() } }
        }
      }
      return values
    }
  }

  struct Gradients: Equatable {
    var output: [Float] = []
    var input: [Float] = []
    var weights: [Float]
    var bias: [Float]

    /// NaN counts as itself.
    static func == (a: Gradients, b: Gradients) -> Bool {
      func bits(_ g: Gradients) -> [UInt32] {
        (g.output + g.input + g.weights + g.bias).map(\.bitPattern)
      }
      return bits(a) == bits(b)
    }
  }

  static func shape(_ seed: Int) -> dg_convolution {
    var draws = Draws(seed)
    var l = dg_convolution()
    l.kernel = Int32([1, 2, 3, 3, 3, 3, 5, 7][draws.below(8)])
    l.stride = draws.below(4) == 0 ? Int32(1 + draws.below(3)) : 1
    l.planes = draws.below(6) == 0
    l.in_channels = Int32(
      l.planes ? 1 + draws.below(3) : 1 + draws.below(seed % 16 == 0 ? 200 : 40))
    l.out_channels = Int32(1 + draws.below(seed % 16 == 8 ? 200 : 40))
    l.batch = Int32(1 + draws.below(4))
    l.in_height = l.kernel + Int32(draws.below(14))
    l.in_width = l.kernel + Int32(draws.below(14))
    let isSame = draws.below(2) == 0
    func sides(_ input: Int32) -> (output: Int32, before: Int32) {
      guard isSame else { return ((input - l.kernel) / l.stride + 1, 0) }
      let output = (input + l.stride - 1) / l.stride
      return (output, max((output - 1) * l.stride + l.kernel - input, 0) / 2)
    }
    (l.out_height, l.pad_top) = sides(l.in_height)
    (l.out_width, l.pad_left) = sides(l.in_width)
    return l
  }

  /// Everything that `table` computes; the memory that it may use holds NaN at first.
  static func computed(
    _ table: dg_kernels, _ shape: dg_convolution, input: [Float], weights: [Float], bias: [Float],
    gradient: [Float], adds: Bool = false
  ) -> Gradients {
    var l = shape
    let sizes = dg_convolution_sizes(&l)
    var scratch = [Float](repeating: .nan, count: sizes.scratch)
    var forward = [Float](repeating: .nan, count: max(sizes.forward, 1))
    var backward = [Float](repeating: .nan, count: max(sizes.backward, 1))
    var result = Gradients(
      output: [Float](repeating: .nan, count: gradient.count), weights: weights, bias: bias)
    table.convolution_prepare(&l, weights, false, &forward)
    table.convolution_forward(
      &l, input, sizes.forward == 0 ? weights : forward, bias, false, &result.output, &scratch)
    table.convolution_backward_weights(
      &l, input, gradient, adds, &result.weights, &result.bias, &scratch)
    guard !l.planes else { return result }
    result.input = [Float](repeating: .nan, count: input.count)
    table.convolution_prepare(&l, weights, true, &backward)
    table.convolution_backward_data(&l, gradient, backward, &result.input, &scratch)
    return result
  }

  @Test(arguments: 0..<96) func convolutions(seed: Int) {
    var l = Self.shape(seed)
    var draws = Draws(seed + 1000)
    let (batch, kernel, stride) = (Int(l.batch), Int(l.kernel), Int(l.stride))
    let from = Maps(
      batch: batch, channels: Int(l.in_channels), height: Int(l.in_height),
      width: Int(l.in_width), planes: l.planes)
    let to = Maps(
      batch: batch, channels: Int(l.out_channels), height: Int(l.out_height),
      width: Int(l.out_width))
    let input = from.filled(&draws), gradient = to.filled(&draws)
    var weights = [Float](repeating: 0, count: dg_convolution_sizes(&l).weights)
    for k in 0..<kernel * kernel * from.channels {
      for o in 0..<to.channels { weights[dg_convolution_weight(&l, k, o)] = draws.real() }
    }
    let bias =
      draws.reals(to.channels) + Array(repeating: 0, count: Self.round16(to.channels) - to.channels)

    var output = [Double](repeating: 0, count: to.count)
    var inputGradient = [Double](repeating: 0, count: from.count)
    // Every other time the gradients are added to what is there.
    let adds = seed % 2 == 1
    var weightsGradient = weights.map { adds ? Double($0) : 0 }
    var biasGradient = bias.map { adds ? Double($0) : 0 }
    for n in 0..<batch {
      for o in 0..<to.channels {
        for y in 0..<to.height {
          for x in 0..<to.width {
            let at = to.index(n, o, y, x), g = Double(gradient[at])
            output[at] = Double(bias[o])
            biasGradient[o] += g
            for v in 0..<kernel {
              let row = y * stride + v - Int(l.pad_top)
              guard (0..<from.height).contains(row) else { continue }
              for u in 0..<kernel {
                let column = x * stride + u - Int(l.pad_left)
                guard (0..<from.width).contains(column) else { continue }
                for c in 0..<from.channels {
                  let source = from.index(n, c, row, column)
                  let weight = ((v * kernel + u) * from.channels + c) * bias.count + o
                  output[at] += Double(input[source]) * Double(weights[weight])
                  inputGradient[source] += g * Double(weights[weight])
                  weightsGradient[weight] += g * Double(input[source])
                }
              }
            }
          }
        }
      }
    }
    let results = RandomnessTests.tables.map {
      Self.computed(
        $0, l, input: input, weights: weights, bias: bias, gradient: gradient,
        adds: adds)
    }
    #expect(Self.error(results[0].output, output) < 1e-5, "\(l)")
    #expect(Self.error(results[0].weights, weightsGradient) < 2e-5, "\(l)")
    #expect(Self.error(results[0].bias, biasGradient) < 1e-5, "\(l)")
    if !l.planes { #expect(Self.error(results[0].input, inputGradient) < 1e-5, "\(l)") }
    for result in results { #expect(result == results[0], "\(l)") }
  }

  @Test(arguments: 0..<48) func denseLayers(seed: Int) {
    var draws = Draws(seed)
    let batch = 1 + draws.below(seed % 4 == 0 ? 130 : 40)
    let inputs = 1 + draws.below(seed % 8 == 0 ? 800 : 200)
    let outputs = 1 + draws.below(seed % 3 == 0 ? 140 : 40)
    var l = dg_dense(batch: Int32(batch), inputs: Int32(inputs), outputs: Int32(outputs))
    let sizes = dg_dense_sizes(&l)
    let input = draws.reals(batch * inputs), gradient = draws.reals(batch * outputs)
    var weights = [Float](repeating: 0, count: sizes.weights)
    for k in 0..<inputs {
      for o in 0..<outputs { weights[dg_dense_weight(&l, k, o)] = draws.real() }
    }
    let bias = draws.reals(outputs) + Array(repeating: 0, count: Self.round16(outputs) - outputs)
    var output = [Double](repeating: 0, count: gradient.count)
    var inputGradient = [Double](repeating: 0, count: input.count)
    // Every other time the gradients are added to what is there.
    let adds = seed % 2 == 1
    var weightsGradient = weights.map { adds ? Double($0) : 0 }
    var biasGradient = bias.map { adds ? Double($0) : 0 }
    for n in 0..<batch {
      for o in 0..<outputs {
        let at = n * outputs + o, g = Double(gradient[at])
        output[at] = Double(bias[o])
        biasGradient[o] += g
        for k in 0..<inputs {
          let weight = dg_dense_weight(&l, k, o)
          output[at] += Double(input[n * inputs + k]) * Double(weights[weight])
          inputGradient[n * inputs + k] += g * Double(weights[weight])
          weightsGradient[weight] += g * Double(input[n * inputs + k])
        }
      }
    }
    let results = RandomnessTests.tables.map { table in
      var scratch = [Float](repeating: .nan, count: sizes.scratch)
      var result = Gradients(output: gradient, input: input, weights: weights, bias: bias)
      table.dense_forward(&l, input, weights, bias, false, &result.output, &scratch)
      table.dense_backward_weights(
        &l, input, gradient, adds, &result.weights, &result.bias, &scratch)
      table.dense_backward_data(&l, gradient, weights, &result.input, &scratch)
      return result
    }
    #expect(Self.error(results[0].output, output) < 1e-5, "\(l)")
    #expect(Self.error(results[0].input, inputGradient) < 1e-5, "\(l)")
    #expect(Self.error(results[0].weights, weightsGradient) < 1e-5, "\(l)")
    #expect(Self.error(results[0].bias, biasGradient) < 1e-5, "\(l)")
    for result in results { #expect(result == results[0], "\(l)") }
  }

  /// The sums over gradients that are not 0 are those of the other algorithm, and the same to the bit
  /// from a whole gradient and from winners.
  @Test(arguments: 0..<48) func sparseGradients(seed: Int) throws {
    var draws = Draws(seed)
    let window = 2 + draws.below(2), padding = draws.below(2)
    let (height, width) = (4 + draws.below(16), 4 + draws.below(16))
    var l = dg_convolution()
    (l.batch, l.kernel, l.stride) = (Int32(1 + draws.below(3)), 3, 1)
    (l.in_channels, l.out_channels) = (Int32(8 + draws.below(40)), Int32(8 + draws.below(40)))
    (l.in_height, l.in_width) = (Int32(height), Int32(width))
    (l.pad_top, l.pad_left) = (Int32(padding), Int32(padding))
    (l.out_height, l.out_width) = (
      Int32(height - 2 + 2 * padding), Int32(width - 2 + 2 * padding)
    )
    l.window = Int32(window)
    try #require(!dg_convolution_is_winograd(&l) || dg_convolution_is_sparse(&l))
    guard dg_convolution_is_sparse(&l) else { return }
    let from = Maps(
      batch: Int(l.batch), channels: Int(l.in_channels), height: height, width: width)
    let to = Maps(
      batch: from.batch, channels: Int(l.out_channels), height: Int(l.out_height),
      width: Int(l.out_width))
    let pooled = Maps(
      batch: from.batch, channels: to.channels, height: to.height / window,
      width: to.width / window)
    let input = from.filled(&draws)
    var gradient = [Float](repeating: 0, count: to.count)
    var winnerGradient = [Float](repeating: 0, count: pooled.count)
    var winners = [UInt8](repeating: 0, count: pooled.count)
    for n in 0..<to.batch {
      for o in 0..<to.channels {
        for y in 0..<pooled.height {
          for x in 0..<pooled.width {
            let place = draws.below(window * window), value = draws.below(3) == 0 ? 0 : draws.real()
            winners[pooled.index(n, o, y, x)] = UInt8(place)
            winnerGradient[pooled.index(n, o, y, x)] = value
            gradient[
              to.index(n, o, y * window + place / window, x * window + place % window)] = value
          }
        }
      }
    }
    let sizes = dg_convolution_sizes(&l)
    var weights = [Float](repeating: 0, count: sizes.weights)
    for k in 0..<9 * from.channels {
      for o in 0..<to.channels { weights[dg_convolution_weight(&l, k, o)] = draws.real() }
    }
    let bias = [Float](repeating: 0, count: Self.round16(to.channels))
    var results: [Gradients] = []
    for table in RandomnessTests.tables {
      for isWhole in [true, false] {
        var scratch = [Float](repeating: .nan, count: sizes.scratch)
        var prepared = [Float](repeating: .nan, count: sizes.backward)
        var result = Gradients(
          input: [Float](repeating: .nan, count: input.count), weights: weights, bias: bias)
        table.convolution_prepare(&l, weights, true, &prepared)
        winnerGradient.withUnsafeBufferPointer { values in
          winners.withUnsafeBufferPointer { winners in
            guard let value = values.baseAddress, let winner = winners.baseAddress else { return }
            var place = dg_winners(
              height: Int32(pooled.height), width: Int32(pooled.width), gradient: value,
              winner: winner)
            withUnsafePointer(to: &place) { place in
              table.convolution_backward_sparse(
                &l, input, isWhole ? gradient : nil, isWhole ? nil : place, prepared,
                false, &result.weights, &result.bias, &result.input, &scratch)
            }
          }
        }
        results.append(result)
      }
    }
    for result in results { #expect(result == results[0], "\(l)") }
    l.window = 0
    let other = Self.computed(
      RandomnessTests.tables[0], l, input: input, weights: weights, bias: bias,
      gradient: gradient)
    #expect(Self.error(results[0].input, other.input.map(Double.init)) < 2e-5, "\(l)")
    #expect(Self.error(results[0].weights, other.weights.map(Double.init)) < 4e-5, "\(l)")
    #expect(Self.error(results[0].bias, other.bias.map(Double.init)) < 2e-5, "\(l)")
  }

  /// What is not finite comes out as that.
  @Test(arguments: [3, 5]) func whatIsNotANumberPasses(kernel: Int32) {
    var l = dg_convolution()
    (l.batch, l.kernel, l.stride, l.in_channels, l.out_channels) = (1, kernel, 1, 16, 16)
    (l.in_height, l.in_width, l.out_height, l.out_width) = (8, 8, 8, 8)
    (l.pad_top, l.pad_left) = (kernel / 2, kernel / 2)
    let sizes = dg_convolution_sizes(&l)
    let maps = Maps(batch: 1, channels: 16, height: 8, width: 8)
    let weights = [Float](repeating: 0.5, count: sizes.weights)
    var input = [Float](repeating: 1, count: maps.count)
    input[maps.index(0, 3, 4, 4)] = .nan
    for table in RandomnessTests.tables {
      var scratch = [Float](repeating: 0, count: sizes.scratch)
      var prepared = [Float](repeating: 0, count: max(sizes.forward, 1)), output = input
      table.convolution_prepare(&l, weights, false, &prepared)
      table.convolution_forward(
        &l, input, sizes.forward == 0 ? weights : prepared, [Float](repeating: 0, count: 16), true,
        &output, &scratch)
      for o in 0..<16 { #expect(output[maps.index(0, o, 4, 4)].isNaN) }
    }
  }
}
