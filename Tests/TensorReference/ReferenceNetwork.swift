/// A sequential network in double precision, written to be read: what the tensor core is held to.
///
/// Images are NHWC. Every layer is computed as it is written and on its own. In particular spatial
/// dropout right before a max pool scales first and picks the winner among the scaled values; an
/// implementation that picks first and scales afterwards gives the same but for rounding ties.
package struct ReferenceNetwork: Sendable {
  /// Whether dropout acts.
  package enum Mode {
    /// Dropout is the identity.
    case evaluation
    /// Dropout keeps what `keep` says; Gaussian noise is what `normal` says, and pools that draw do
    /// so with `uniform`.
    case training(
      keep: ReferenceKeep, normal: ReferenceNormal = { _, _, _, _, _ in 0 },
      uniform: ReferenceUniform = { _, _, _, _, _ in 0 })
  }

  package let input: ReferenceShape
  package let layers: [ReferenceLayer]
  /// The output shape of every layer; the last one holds the logits, one per class.
  package let outputShapes: [ReferenceShape]
  /// Shapes of the parameters in layer order, kernel before bias: (kh, kw, in, out) or (in, out)
  /// for a kernel, (out) for a bias; four times (c) for batch normalisation.
  package let parameterShapes: [[Int]]
  /// The parameters as flat arrays, one for each of `parameterShapes`; zeros at first.
  package var parameters: [[Double]]

  package init(input: ReferenceShape, layers: [ReferenceLayer]) {
    self.input = input
    self.layers = layers
    var shape = input
    var outputShapes: [ReferenceShape] = []
    var parameterShapes: [[Int]] = []
    for layer in layers {
      parameterShapes += layer.parameterShapes(shape)
      shape = layer.outputShape(shape)
      outputShapes.append(shape)
    }
    self.outputShapes = outputShapes
    self.parameterShapes = parameterShapes
    parameters = parameterShapes.map { Array(repeating: 0, count: $0.reduce(1, *)) }
  }

  /// The logits (n, class) of `count` images (n, h, w, c).
  package func forward(_ images: [Double], count: Int, mode: Mode) -> [Double] {
    run(images, count: count, mode: mode).output.values
  }

  /// Mean softmax cross-entropy of a batch and the number of correct predictions.
  package func loss(
    _ images: [Double], labels: [Int], mode: Mode, smoothing: Double = 0
  ) -> (loss: Double, correct: Int) {
    let logits = run(images, count: labels.count, mode: mode).output
    let (loss, correct, _) = ReferenceLoss.evaluate(
      logits: logits, labels: labels, smoothing: smoothing)
    return (loss, correct)
  }

  /// Loss, number of correct predictions and the gradient by every parameter, one array for each
  /// of `parameters` but the running statistics.
  package func lossAndGradients(
    _ images: [Double], labels: [Int], mode: Mode, smoothing: Double = 0
  ) -> (loss: Double, correct: Int, gradients: [[Double]]) {
    let (output, records) = run(images, count: labels.count, mode: mode)
    var (loss, correct, gradient) = ReferenceLoss.evaluate(
      logits: output, labels: labels, smoothing: smoothing)
    var gradients: [[Double]] = []
    for (layer, record) in zip(layers, records).reversed() {
      switch layer {
      case .convolution(let kernel, let filters, let padding, let stride):
        let step = ReferenceConvolution(
          size: kernel, filters: filters, padding: padding, stride: stride
        ).backward(gradient, input: record.input, kernel: weights(record).kernel)
        gradients = masked(step.kernel, step.bias, record) + gradients
        gradient = step.input
      case .dense(let units):
        let step = ReferenceDense(units: units)
          .backward(gradient, input: record.input, kernel: weights(record).kernel)
        gradients = masked(step.kernel, step.bias, record) + gradients
        gradient = step.input
      case .stochasticPool(_, let size), .maxPoolingDropout(_, let size, _):
        if let derivatives = record.factors {
          gradient = ReferenceSampledPool(layer: layer, size: size)
            .backward(gradient, derivatives: derivatives)
        }
      case .globalAverage:
        var spread = ReferenceTensor(batch: gradient.batch, shape: record.input.shape)
        let pixels = spread.shape.height * spread.shape.width, channels = spread.shape.channels
        for e in spread.values.indices {
          let n = e / (pixels * channels)
          spread.values[e] = gradient[n, 0, 0, e % channels] / Double(pixels)
        }
        gradient = spread
      case .dropConnect: break
      case .relu:
        gradient = ReferenceReLU.backward(gradient, input: record.input)
      case .activation(let activation):
        for e in gradient.values.indices {
          gradient.values[e] *= activation.derivative(record.input.values[e])
        }
      case .batchNorm(_, _, let epsilon):
        let step = ReferenceBatchNorm(epsilon: epsilon)
          .backward(gradient, input: record.input, gamma: parameters[record.parameter])
        gradients = [step.gamma, step.beta] + gradients
        gradient = step.input
      case .pool(let kind, let size):
        gradient = ReferencePooling(kind, size: size).backward(gradient, input: record.input)
      case .dropout, .noise:
        if let factors = record.factors {
          gradient = ReferenceDropout.apply(factors, to: gradient)
        }
      }
    }
    return (loss, correct, gradients)
  }

  /// Moves the running statistics of batch normalisation on by one batch, as training does.
  package mutating func follow(_ images: [Double], count: Int, mode: Mode) {
    let records = run(images, count: count, mode: mode).records
    for (layer, record) in zip(layers, records) {
      guard case .batchNorm(let form, let momentum, _) = layer else { continue }
      let (mean, variance) = ReferenceBatchNorm.moments(record.input)
      let place = record.parameter + 2
      let numbers = record.input.values.count / record.input.shape.channels
      parameters[place] = ReferenceBatchNorm.follow(
        parameters[place], mean, form: form, momentum: momentum)
      parameters[place + 1] = ReferenceBatchNorm.follow(
        parameters[place + 1], variance, form: form, momentum: momentum, unbiasedBy: numbers)
    }
  }

  /// What the backward pass of one layer needs of the forward pass.
  private struct Record {
    var input: ReferenceTensor
    /// Index of the layer's kernel in `parameters`, where it has one; its bias follows.
    var parameter: Int
    /// Factors of a dropout layer in training, or derivatives of a pool that draws.
    var factors: ReferenceTensor?
    /// Factors of DropConnect in training.
    var weightFactors: (kernel: [Double], bias: [Double])?
  }

  /// The kernel and bias that a layer computes with.
  private func weights(_ record: Record) -> (kernel: [Double], bias: [Double]) {
    let arrays = masked(
      parameters[record.parameter], parameters[record.parameter + 1], record)
    return (arrays[0], arrays[1])
  }

  /// A kernel and a bias, or their gradients, under the layer's mask.
  private func masked(_ kernel: [Double], _ bias: [Double], _ record: Record) -> [[Double]] {
    guard let factors = record.weightFactors else { return [kernel, bias] }
    return [zip(kernel, factors.kernel).map(*), zip(bias, factors.bias).map(*)]
  }

  private func run(
    _ images: [Double], count: Int, mode: Mode
  ) -> (output: ReferenceTensor, records: [Record]) {
    precondition(
      parameters.map(\.count) == parameterShapes.map { $0.reduce(1, *) },
      "the parameters do not have the shapes \(parameterShapes)")
    var x = ReferenceTensor(batch: count, shape: input, values: images)
    var records: [Record] = []
    var parameter = 0
    var dropConnect: ReferenceDropConnect?
    for layer in layers {
      var record = Record(input: x, parameter: parameter)
      parameter += layer.parameterShapes(x.shape).count
      if let connect = dropConnect, case .training(let keep, _, _) = mode {
        record.weightFactors = connect.factors(
          kernel: parameters[record.parameter].count,
          bias: parameters[record.parameter + 1].count, keep: keep)
      }
      dropConnect = nil
      switch layer {
      case .convolution(let kernel, let filters, let padding, let stride):
        let (weights, bias) = weights(record)
        x = ReferenceConvolution(size: kernel, filters: filters, padding: padding, stride: stride)
          .forward(x, kernel: weights, bias: bias)
      case .dense(let units):
        let (weights, bias) = weights(record)
        x = ReferenceDense(units: units).forward(x, kernel: weights, bias: bias)
      case .dropConnect(let site, let rate):
        dropConnect = ReferenceDropConnect(site: site, rate: rate)
      case .stochasticPool(_, let size), .maxPoolingDropout(_, let size, _):
        (x, record.factors) = ReferenceSampledPool(layer: layer, size: size).forward(x, mode: mode)
      case .globalAverage:
        var averages = ReferenceTensor(batch: count, shape: layer.outputShape(x.shape))
        let pixels = x.shape.height * x.shape.width, channels = x.shape.channels
        for (e, value) in x.values.enumerated() {
          averages[e / (pixels * channels), 0, 0, e % channels] += value / Double(pixels)
        }
        x = averages
      case .relu:
        x = ReferenceReLU.forward(x)
      case .activation(let activation):
        x.values = x.values.map(activation.value)
      case .batchNorm(_, _, let epsilon):
        var (mean, variance) = ReferenceBatchNorm.moments(x)
        if case .evaluation = mode {
          mean = parameters[record.parameter + 2]
          variance = parameters[record.parameter + 3]
        }
        x = ReferenceBatchNorm(epsilon: epsilon).forward(
          x, mean: mean, variance: variance, gamma: parameters[record.parameter],
          beta: parameters[record.parameter + 1])
      case .pool(let kind, let size):
        x = ReferencePooling(kind, size: size).forward(x)
      case .dropout(let site, let kind, let rate):
        if case .training(let keep, _, _) = mode {
          let factors = ReferenceDropout(site: site, kind: kind, rate: rate)
            .factors(batch: count, shape: x.shape, keep: keep)
          x = ReferenceDropout.apply(factors, to: x)
          record.factors = factors
        }
      case .noise(let site, let kind, let rate):
        if case .training(let keep, let normal, _) = mode {
          let (factors, offsets) = ReferenceNoise(site: site, kind: kind, rate: rate)
            .draw(batch: count, shape: x.shape, keep: keep, normal: normal)
          x = ReferenceDropout.apply(factors, to: x)
          for e in x.values.indices { x.values[e] += offsets.values[e] }
          record.factors = factors
        }
      }
      records.append(record)
    }
    return (x, records)
  }
}
