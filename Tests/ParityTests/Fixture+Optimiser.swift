import TensorCore

extension Fixture.Optimiser {
  /// Dropgrid's form of the optimiser.
  func described() throws -> SGD {
    return SGD(
      learningRate: learningRate, momentum: momentum ?? 0,
      nesterov: nesterov ?? false, decay: schedule?.decay ?? 0,
      form: form == "keras" ? .keras : .pytorch)
  }
}
