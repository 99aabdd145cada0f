/// How long one stage of a training step takes: a layer, or several that are computed together.
public struct StageTime: Sendable {
  public var label: String
  /// Seconds of the forward pass and of the backward pass, medians.
  public var forward: Double
  public var backward: Double
  /// The images that it is for.
  public var images: Int
}

extension Network {
  /// Times the stages of `steps` forward and backward passes, without updates, in order; one step
  /// before them is not counted. Of a step that passes in slices, the first slice.
  public func timeStages(
    _ images: Images, indices: ArraySlice<Int32>, steps: Int
  ) throws(TensorError) -> [StageTime] {
    try executor(batch: min(indices.count, main.batch)).timeStages(
      images, indices: indices.prefix(main.batch), steps: steps)
  }
}

extension Executor {
  fileprivate func timeStages(
    _ images: Network.Images, indices: ArraySlice<Int32>, steps: Int
  ) -> [StageTime] {
    var forward = [[Double]](repeating: [], count: stages.count)
    var backward = forward
    let clock = ContinuousClock()
    var start = clock.now
    /// Seconds since it was last asked.
    func lap() -> Double {
      let now = clock.now
      defer { start = now }
      return (now - start) / .seconds(1)
    }
    for step in 0...steps {
      load(images: images.pixels, labels: images.labels, indices: indices)
      let pass = Pass(masks: MaskMoment(seed: 0, step: step), isTraining: true)
      _ = lap()
      for (index, stage) in stages.enumerated() {
        stage.forward(pass)
        forward[index].append(lap())
      }
      _ = loss(rows: indices.count, gradientOf: indices.count)
      _ = lap()
      for index in stages.indices.reversed() {
        if index >= firstTrainable {
          stages[index].backward(inputGradient: index > firstTrainable)
        }
        backward[index].append(lap())
      }
    }
    func median(_ values: [Double]) -> Double {
      let sorted = values.dropFirst().sorted()
      return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
    return stages.indices.map {
      StageTime(
        label: stages[$0].label, forward: median(forward[$0]), backward: median(backward[$0]),
        images: indices.count)
    }
  }
}
