import Datasets
import ExperimentModel
import TensorCore

/// Computes the diagnostics of one trial at the end of an epoch; training sees nothing of it.
///
/// Sites are looked at with the first 64 training images, in training mode under the masks of the
/// update that comes next. Accuracies without a feature are of the first 256 test images, and of
/// the first 64 features of a site; those on shifted and covered images of the first 512.
final class DiagnosticRecorder {
  static let removalImages = 256
  static let changedImages = 512
  static let mostFeatures = 64

  private let plan: DiagnosticsPlan
  private let data: PreparedData
  /// nil where no site is looked at.
  private let probe: NetworkProbe?
  /// For each site of the plan the layer that reads it; nil where the network has no such site.
  private let readers: [Int?]

  init(
    _ plan: DiagnosticsPlan, spec: TrialSpec, network: ResolvedNetwork, data: PreparedData,
    description: NetworkDescription
  ) throws(TensorError) {
    self.plan = plan
    self.data = data
    readers = plan.sites.map { network.reader(of: $0.name) }
    let looksAtSites = plan.figures.contains { $0.axes.contains(.site) }
    probe =
      looksAtSites && readers.contains { $0 != nil }
      ? try NetworkProbe(
        description, batch: min(DiagnosticsPlan.images, max(data.train.count, data.test.count)),
        maskSeed: UInt64(bitPattern: spec.seed.mask)) : nil
  }

  /// The figures of `model` after `step` updates: `plan.length(of:)` values each.
  func figures(_ model: Network, step: Int) throws -> [DiagnosticFigure: [Float]] {
    var figures: [DiagnosticFigure: [Double]] = [:]
    for figure in plan.figures {
      figures[figure] = Array(repeating: .nan, count: plan.length(of: figure))
    }
    if let probe {
      probe.copyWeights(of: model)
      try lookAtSites(probe, step: step, &figures)
      if plan.words.contains(.removal) { try removeFeatures(probe, &figures) }
    }
    try change(model, &figures)
    return figures.mapValues { $0.map { $0.isNaN ? .nan : Float($0) } }
  }

  private func lookAtSites(
    _ probe: NetworkProbe, step: Int, _ figures: inout [DiagnosticFigure: [Double]]
  ) throws {
    let sites = readers.indices.filter { readers[$0] != nil }
    let layers = readers.compactMap(\.self)
    let indices = (0..<Int32(min(DiagnosticsPlan.images, data.train.count))).map { $0 }
    let (evaluation, training) = try data.train.withImages { images in
      (
        try probe.evaluate(images, indices: indices, layers: layers),
        try probe.train(images, indices: indices, step: step, layers: layers)
      )
    }
    for (place, site) in sites.enumerated() {
      let seen = FeatureValues(evaluation[place])
      let trained = FeatureValues(training[place])
      func set(_ figure: DiagnosticFigure, _ value: @autoclosure () -> Double) {
        if figures[figure] != nil { figures[figure]?[site] = value() }
      }
      set(.zeroShareTraining, trained.zeroShare)
      set(.zeroShareEvaluation, seen.zeroShare)
      set(.meanTraining, trained.mean)
      set(.meanEvaluation, seen.mean)
      set(.varianceTraining, trained.variance)
      set(.varianceEvaluation, seen.variance)
      set(.neighbourCorrelation, seen.neighbourCorrelation)
      set(.featureCorrelation, seen.featureCorrelation(most: Self.mostFeatures))
      if let gradient = training[place].gradient {
        set(
          .zeroGradientShare,
          Double(gradient.count { $0 == 0 }) / Double(gradient.count))
      }
      guard plan.words.contains(.holes) else { continue }
      let holes = trained.holes
      set(.holeSizeTraining, HoleSizes.mean(holes))
      set(.holeSizeEvaluation, HoleSizes.mean(seen.holes))
      let classes = DiagnosticFigure.Axis.hole.values
      for (index, share) in HoleSizes.shares(holes, classes: classes).enumerated() {
        figures[.holeSizes]?[site * classes.count + index] = share
      }
    }
  }

  private func removeFeatures(
    _ probe: NetworkProbe, _ figures: inout [DiagnosticFigure: [Double]]
  ) throws {
    let count = min(Self.removalImages, data.test.count)
    for (site, reader) in readers.enumerated() {
      guard let reader else { continue }
      var whole = 0
      var without: [Int] = []
      for start in stride(from: 0, to: count, by: DiagnosticsPlan.images) {
        let indices = Array(Int32(start)..<Int32(min(start + DiagnosticsPlan.images, count)))
        let result = try data.test.withImages { images in
          try probe.removal(
            images, indices: indices, layer: reader, most: Self.mostFeatures)
        }
        whole += result.whole.correct
        if without.isEmpty { without = result.without.map { _ in 0 } }
        for (index, loss) in result.without.enumerated() { without[index] += loss.correct }
      }
      let drops = without.map { Double(whole - $0) / Double(count) }
      figures[.removalDrop]?[site] = drops.reduce(0, +) / Double(drops.count)
      figures[.largestRemovalDrop]?[site] = drops.max() ?? .nan
    }
  }

  private func change(
    _ model: Network, _ figures: inout [DiagnosticFigure: [Double]]
  ) throws {
    guard plan.words.contains(.shifts) || plan.words.contains(.occlusion) else { return }
    let images = ChangedImages(
      count: min(Self.changedImages, data.test.count), height: data.height, width: data.width,
      channels: data.channels, values: data.test.images)
    func accuracy(_ changed: [[Float]]) throws -> Double {
      var hits = 0
      for values in changed {
        hits += try values.withUnsafeBufferPointer { pixels in
          try data.test.labels.withUnsafeBufferPointer { labels in
            guard let pixels = pixels.baseAddress, let labels = labels.baseAddress else { return 0 }
            return try model.evaluate(
              Network.Images(pixels: pixels, labels: labels), count: images.count
            ).correct
          }
        }
      }
      return Double(hits) / Double(changed.count * images.count)
    }
    if plan.words.contains(.shifts) {
      figures[.shiftedAccuracy] = try DiagnosticFigure.Axis.shift.values.map { distance in
        try accuracy(
          ChangedImages.shifts(by: distance).map { images.shifted(down: $0.down, right: $0.right) })
      }
    }
    if plan.words.contains(.occlusion) {
      figures[.occludedAccuracy] = try DiagnosticFigure.Axis.patch.values.map { side in
        let patches = images.patches(side: side)
        return patches.isEmpty
          ? .nan
          : try accuracy(
            patches.map { images.occluded(side: side, top: $0.top, left: $0.left) })
      }
    }
  }
}

extension FeatureValues {
  init(_ observation: NetworkProbe.Observation) {
    self.init(
      count: observation.images, height: observation.shape.height, width: observation.shape.width,
      channels: observation.shape.channels, values: observation.values)
  }
}
