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
  /// Weights, gradients, the optimiser's memory and a reordered copy; the layers' outputs and
  /// gradients for every number of images that passes together; the copies of the weights that are
  /// kept; and what the library and the allocator take for themselves.
  public func trainingBytes(
    _ spec: TrialSpec, trainingImages count: Int, weights policy: WeightsPolicy = .none
  ) -> Int {
    var copies = 4 + policy.copies(epochs: spec.epochs)
    if spec.optimiser.name != .sgd { copies += 1 }
    if spec.imagesTogether < spec.batch { copies += 1 }
    if spec.dropout.contains(where: { $0.kind == .dropConnect }) { copies += 1 }
    return workingBytes(
      copies: copies, images: spec.numbersOfImages(trainingImages: count).reduce(0, +))
  }

  /// About how many bytes diagnostics add to that: another network without fused stages.
  public var diagnosticBytes: Int { workingBytes(copies: 4, images: 2 * DiagnosticsPlan.images) }

  private func workingBytes(copies: Int, images: Int) -> Int {
    let weights = parameters.reduce(0.0) { $0 + Double($1.count) }
    let numbers = Double(copies) * weights + 2 * Double(outputCount) * Double(images)
    return Int(min(4 * numbers + 16e6, 1e18))
  }
}
