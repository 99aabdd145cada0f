public import Datasets
public import ExperimentModel
import Foundation
import TensorCore

/// Trains one trial: a specification and its data become a record.
///
/// Synchronous and single-threaded. What it records depends on the specification, the data and
/// the engine alone; the clock only fills `finishedAt` and `duration`.
public struct Trainer: Sendable {
  let trial: PlannedTrial
  let network: ResolvedNetwork
  private let data: PreparedData
  let weights: WeightsPolicy
  let stopping: StoppingRule?
  private let fused: Bool
  private let diagnostics: DiagnosticsPlan?

  /// - Parameters:
  ///   - trial: what to train.
  ///   - network: `trial.spec.network` fitted to the data's images and classes.
  ///   - data: the images of `trial.spec.data`.
  ///   - weights: which weights the record holds; `best` needs validation images.
  ///   - stopping: a rule whose patience ends the trial; other rules are the sweep's affair.
  ///   - fused: whether layers are computed together where that is faster; it changes no bit.
  ///   - diagnostics: what to look at inside the network; it changes nothing else.
  public init(
    trial: PlannedTrial, network: ResolvedNetwork, data: PreparedData,
    weights: WeightsPolicy = .none, stopping: StoppingRule? = nil, fused: Bool = true,
    diagnostics: DiagnosticsPlan? = nil
  ) {
    precondition(
      data.validation != nil || (weights != .best && stopping == nil),
      "what is chosen on validation images needs some")
    self.trial = trial
    self.network = network
    self.data = data
    self.weights = weights
    self.stopping = stopping
    self.fused = fused
    self.diagnostics = diagnostics
  }

  /// Trains for all epochs; until its patience ends it: the record then says `censored`; or until
  /// something is not finite: it then says `diverged`.
  ///
  /// - Parameters:
  ///   - pauseEpoch: the epoch after which the trial is to wait: it keeps its state, and the record says
  ///     `pending`. Where the state is further, so is the record.
  ///   - checkpoints: keeps the trial's state on the way, and once more when it is cancelled.
  ///   - onProgress: called now and then with the epochs trained so far, a fraction included.
  ///   - onEpoch: called with the number of each epoch that finishes, from 1, and the figures that were
  ///     evaluated.
  ///   - isCancelled: asked before every step.
  /// - Throws: `CancellationError` where `isCancelled` said so; `TensorError` where the library
  ///   fails or memory runs out.
  public func run(
    until pauseEpoch: Int? = nil, checkpoints: Checkpoints? = nil,
    onProgress: (Double) -> Void = { _ in },
    onEpoch: (Int, [Metric: Float]) -> Void = { _, _ in },
    isCancelled: () -> Bool = { false }
  ) throws -> TrialRecord {
    var record = TrialRecord(id: trial.id, status: .done)
    let start = ContinuousClock.now
    let clock = RunningClock()
    let model = try Network(
      NetworkDescription(network, dropout: trial.spec.dropout, updates: updates),
      batch: min(trial.spec.batch, data.train.count),
      initialisationSeed: UInt64(bitPattern: trial.spec.seed.initialisation),
      maskSeed: UInt64(bitPattern: trial.spec.seed.mask), fused: fused)
    var state = try resume(checkpoints?.last, model) ?? TrialState(network: .none)
    let before = state.elapsed
    if before > 0 { checkpoints?.onResume(before) }
    var (saved, told) = (start, start)
    func keep(_ state: inout TrialState) {
      state.elapsed = before + clock.seconds
      state.network = model.exportState()
      checkpoints?.save(state.bytes)
      state.network = .none
      saved = .now
    }
    /// Between two steps: stops where that is asked for, and keeps the state when it is time.
    func pause(_ state: inout TrialState) throws {
      let isOver = isCancelled()
      let now = ContinuousClock.now
      if now - told >= .milliseconds(200) {
        onProgress(
          Double(state.epoch - 1) + Double(state.position) / Double(data.train.count))
        told = now
      }
      if let checkpoints {
        _ = clock.seconds
        let isDue = (now - saved) / .seconds(1) >= checkpoints.interval
        if isDue || (isOver && state.step > 0) { keep(&state) }
      }
      if isOver { throw CancellationError() }
    }
    do {
      let from = state.epoch
      try train(model, &state, until: pauseEpoch, pause: pause, onEpoch: onEpoch)
      if let message = exhaustion(state) {
        record.status = .censored
        record.message = message
      } else if state.epoch <= trial.spec.epochs {
        record.status = .pending
        if state.epoch > from { keep(&state) }
      }
      if record.status != .pending { add(state, model, to: &record) }
    } catch let error as TensorError {
      guard case .diverged = error else { throw error }
      record.status = .diverged
      record.message = "\(error)"
    }
    record.metrics = state.metrics
    record.diagnostics = state.diagnostics
    record.epochsRun = state.epoch - 1
    record.duration = before + (ContinuousClock.now - start) / .seconds(1)
    record.finishedAt = Date().timeIntervalSince1970
    return record
  }

  private func train(
    _ model: Network, _ state: inout TrialState, until pauseEpoch: Int?,
    pause: (inout TrialState) throws -> Void, onEpoch: (Int, [Metric: Float]) -> Void
  ) throws {
    let spec = trial.spec
    let optimiser = optimiser
    let recorder = try makeRecorder()
    while state.epoch <= min(spec.epochs, pauseEpoch ?? .max), exhaustion(state) == nil {
      let order = shuffledOrder(
        count: data.train.count, seed: UInt64(bitPattern: spec.seed.order), epoch: state.epoch)
      while state.position < order.count {
        try pause(&state)
        let end = min(state.position + spec.batch, order.count)
        let indices = order[state.position..<end]
        state.fit += try data.train.withImages { images in
          try model.train(
            images, indices: indices, optimiser: optimiser, step: state.step,
            labelSmoothing: spec.labelSmoothing)
        }
        state.step += 1
        state.position = end
      }
      var figures: [Metric: Float] = [
        .fitLoss: Float(state.fit.meanLoss), .fitAccuracy: Float(state.fit.accuracy),
      ]
      func evaluate(
        _ split: PreparedData.Split, _ loss: Metric, _ accuracy: Metric
      ) throws {
        try pause(&state)
        var calibration = Calibration()
        let result = try split.withImages { images in
          loss == .testLoss
            ? try model.evaluate(images, count: split.count, calibration: &calibration)
            : try model.evaluate(images, count: split.count)
        }
        guard result.sum.isFinite else {
          throw TensorError.diverged(place: "the evaluation's loss", step: state.step)
        }
        figures[loss] = Float(result.meanLoss)
        figures[accuracy] = Float(result.accuracy)
        if loss == .testLoss { figures[.testECE] = Float(calibration.error) }
      }
      // First, because patience looks at it, and after a trial's last epoch all is evaluated.
      if let validation = data.validation {
        try evaluate(validation, .validationLoss, .validationAccuracy)
      }
      let isLast = state.epoch == spec.epochs || endsByPatience(state, figures)
      if isLast || spec.trainEvaluation.isDue(after: state.epoch) {
        try evaluate(data.train, .trainLoss, .trainAccuracy)
      }
      let isTested = isLast || spec.testEvaluation.isDue(after: state.epoch)
      if isTested { try evaluate(data.test, .testLoss, .testAccuracy) }
      if isTested, spec.monteCarlo > 0 {
        try pause(&state)
        let draws = MonteCarlo(samples: spec.monteCarlo, epoch: state.epoch, step: state.step)
        let result = try data.test.withImages { images in
          try model.evaluate(images, count: data.test.count, monteCarlo: draws)
        }
        guard result.sum.isFinite else {
          throw TensorError.diverged(place: "the Monte-Carlo evaluation's loss", step: state.step)
        }
        figures[.monteCarloLoss] = Float(result.meanLoss)
        figures[.monteCarloAccuracy] = Float(result.accuracy)
      }
      if let recorder {
        // The last pause of the epoch: what is appended here belongs to a whole one.
        try pause(&state)
        for (figure, values) in try recorder.figures(model, step: state.step) {
          state.diagnostics[figure, default: []] += values
        }
      }
      for metric in metrics { state.metrics[metric, default: []].append(figures[metric] ?? .nan) }
      onEpoch(state.epoch, figures)
      keepSnapshot(of: model, in: &state)
      state.epoch += 1
      state.position = 0
      state.fit = BatchLoss()
    }
  }

  /// The state that `bytes` hold, once `model` has taken it on; nil where they do not fit.
  private func resume(
    _ bytes: [UInt8]?, _ model: Network
  ) throws(TensorError) -> TrialState? {
    guard let bytes, var state = TrialState(bytes: bytes) else { return nil }
    let count = data.train.count
    let batch = trial.spec.batch
    guard (1...trial.spec.epochs).contains(state.epoch), state.position <= count,
      state.position % batch == 0 || state.position == count,
      state.step == (state.epoch - 1) * updates + (state.position + batch - 1) / batch,
      state.fit.count == state.position, state.elapsed >= 0, state.elapsed.isFinite,
      state.metrics.values.allSatisfy({ $0.count == state.epoch - 1 }),
      state.epoch == 1 || Set(state.metrics.keys) == metrics, snapshotsFit(state),
      fits(state.diagnostics, epochs: state.epoch - 1),
      try model.importState(state.network, for: optimiser)
    else { return nil }
    state.network = .none
    return state
  }

  /// Updates in an epoch.
  private var updates: Int { (data.train.count + trial.spec.batch - 1) / trial.spec.batch }

  private var optimiser: Optimiser {
    Optimiser(trial.spec.optimiser, epochs: trial.spec.epochs, updates: updates)
  }

  private func makeRecorder() throws(TensorError) -> DiagnosticRecorder? {
    guard let diagnostics else { return nil }
    return try DiagnosticRecorder(
      diagnostics, spec: trial.spec, network: network, data: data,
      description: NetworkDescription(
        network, dropout: trial.spec.dropout, updates: updates))
  }

  /// Whether `values` are the diagnostics of so many epochs.
  private func fits(_ values: [DiagnosticFigure: [Float]], epochs: Int) -> Bool {
    let figures = diagnostics?.figures ?? []
    return epochs == 0 && values.isEmpty
      || Set(values.keys) == Set(figures)
        && figures.allSatisfy { figure in
          values[figure]?.count == epochs * (diagnostics?.length(of: figure) ?? 0)
        }
  }

  /// What every epoch records; not a number where it is not evaluated.
  private var metrics: Set<Metric> {
    Set(
      [.fitLoss, .fitAccuracy, .trainLoss, .trainAccuracy, .testLoss, .testAccuracy, .testECE]
        + (data.validation == nil ? [] : [.validationLoss, .validationAccuracy])
        + (trial.spec.monteCarlo > 0 ? [.monteCarloLoss, .monteCarloAccuracy] : []))
  }
}
