public import ExperimentModel

extension ResolvedNetwork {
  /// About how many bytes of memory one trial needs, images aside.
  ///
  /// Weights, gradients, velocities and a reordered copy; the layers' outputs and gradients for a
  /// batch; the copies of the weights that are kept; and what the library and the allocator take
  /// for themselves.
  public func trainingBytes(
    batch: Int, weights policy: WeightsPolicy = .none, epochs: Int = 1
  ) -> Int {
    let weights = parameters.reduce(0.0) { $0 + Double($1.count) }
    let copies = Double(policy.copies(epochs: epochs))
    let bytes = 4 * ((4 + copies) * weights + 2 * Double(outputCount) * Double(batch)) + 16e6
    return Int(min(bytes, 1e18))
  }

  /// About how many bytes diagnostics add to that: another network without fused stages.
  public var diagnosticBytes: Int {
    trainingBytes(batch: 2 * DiagnosticRecorder.siteImages)
  }
}
