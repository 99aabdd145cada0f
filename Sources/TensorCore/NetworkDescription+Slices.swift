extension NetworkDescription {
  /// How many images of a training step of `batch` images pass through the network together.
  ///
  /// The gradient of a step is a sum over its images. Larger batches go through in slices of 32,
  /// whose activations stay nearer to the core, and the slices' gradients are added up in order;
  /// the masks of a slice are keyed by its number. Batches of networks that tie images together
  /// (batch normalisation, DropConnect's mask of a step, decisions that the batch shares, DropBlock's
  /// count) stay whole. Results depend on this in the last digits, so it is a rule and never a
  /// measurement.
  public func slice(ofBatch batch: Int) -> Int { tiesImages ? batch : min(batch, 32) }

  private var tiesImages: Bool {
    layers.contains { layer in
      switch layer {
      case .batchNorm: true
      case .convolution(let layer): layer.dropConnect != nil
      case .dense(let layer): layer.dropConnect != nil
      case .dropout(let dropout):
        switch dropout.kind {
        case .dropBlock: true
        case .shared(let batch, _, _, _): batch
        case .elementWise, .spatial, .gaussian, .alpha: false
        }
      case .activation, .pool, .globalAverage: false
      }
    }
  }
}
