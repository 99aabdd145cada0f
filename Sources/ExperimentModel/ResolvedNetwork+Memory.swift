extension TrialSpec {
  /// How many images of a training step pass through the network together: at most 32, or all of
  /// them where something ties images together. The tensor core has the same rule
  /// (`NetworkDescription.slice(ofBatch:)`).
  public var imagesTogether: Int {
    let isTied =
      network.blocks.contains { $0.normalisation != nil } || dropout.contains(where: \.tiesImages)
    return isTied ? batch : min(batch, 32)
  }

  /// The different numbers of images for which a trial on `count` training images keeps activations:
  /// slices of its batches, their rests, and evaluation's.
  func numbersOfImages(trainingImages count: Int) -> Set<Int> {
    let together = imagesTogether
    func parts(_ batch: Int) -> [Int] { [min(batch, together), batch % together] }
    let main = min(batch, count, together)
    let evaluation = (16...256).contains(main) ? main : 32
    return Set(parts(min(batch, count)) + parts(count % batch) + [evaluation]).subtracting([0])
  }
}

extension DropoutSpec {
  /// Whether what happens to one image depends on the others of its batch.
  public var tiesImages: Bool {
    switch kind {
    case .dropConnect, .dropBlock: true
    case .noiseShape: noise?.sharesBatch == true
    case .elementWise, .spatial, .gaussian, .alpha, .maxPooling: false
    }
  }
}

extension ResolvedNetwork {
  /// About how many bytes of memory one trial needs on `count` training images, images aside.
  ///
  /// Weights, gradients, the optimiser's memory and a copy; what the passes of a convolution read in
  /// place of its kernel; the layers' outputs and gradients for every number of images that passes
  /// together; the copies of the weights that are kept; and what the allocator takes for itself.
  public func trainingBytes(
    _ spec: TrialSpec, trainingImages count: Int, weights policy: WeightsPolicy = .none
  ) -> Int {
    var copies = 4 + policy.copies(epochs: spec.epochs)
    if spec.optimiser.name != .sgd { copies += 1 }
    if spec.dropout.contains(where: { $0.kind == .dropConnect }) { copies += 1 }
    return workingBytes(
      copies: copies, images: spec.numbersOfImages(trainingImages: count).reduce(0, +))
  }

  /// About how many bytes diagnostics add to that: another network without fused stages.
  public var diagnosticBytes: Int { workingBytes(copies: 4, images: 2 * DiagnosticsPlan.images) }

  private func workingBytes(copies: Int, images: Int) -> Int {
    let weights = parameters.reduce(0.0) { $0 + Double($1.count) }
    // A kernel of 3 × 3 is up to four times as large in Winograd's domain: for either direction, and
    // while its gradient is summed.
    let kernels = layers.map { layer -> Double in
      guard case .convolution(let shape) = layer, shape.kernel == 3 else { return 0 }
      return 36 * Double(shape.input.channels) * Double(shape.output.channels)
    }
    let prepared = 2 * kernels.reduce(0, +) + (kernels.max() ?? 0)
    let numbers = Double(copies) * weights + prepared + 2 * Double(outputCount) * Double(images)
    return Int(min(4 * numbers + 16e6, 1e18))
  }
}
