public import ExperimentModel
import TensorCore

extension ResolvedNetwork {
  /// How many images of a training step are in memory together, which is all of them or a slice.
  public func imagesTogether(_ spec: TrialSpec) -> Int {
    NetworkDescription(self, dropout: spec.dropout, updates: 1).slice(ofBatch: spec.batch)
  }

  /// About how many bytes of memory one trial needs, images aside.
  ///
  /// Weights, gradients, the optimiser's memory and a reordered copy; the layers' outputs and
  /// gradients of the images that are in memory together; the copies of the weights that are kept;
  /// and what the library and the allocator take for themselves.
  public func trainingBytes(_ spec: TrialSpec, weights policy: WeightsPolicy = .none) -> Int {
    let images = imagesTogether(spec)
    var copies = 4 + policy.copies(epochs: spec.epochs)
    if spec.optimiser.name != .sgd { copies += 1 }
    if images < spec.batch { copies += 1 }
    if spec.dropout.contains(where: { $0.kind == .dropConnect }) { copies += 1 }
    return bytes(copies: copies, images: images)
  }

  /// About how many bytes diagnostics add to that: another network without fused stages.
  public var diagnosticBytes: Int { bytes(copies: 4, images: 2 * DiagnosticRecorder.siteImages) }

  private func bytes(copies: Int, images: Int) -> Int {
    let weights = parameters.reduce(0.0) { $0 + Double($1.count) }
    let numbers = Double(copies) * weights + 2 * Double(outputCount) * Double(images)
    return Int(min(4 * numbers + 16e6, 1e18))
  }
}
