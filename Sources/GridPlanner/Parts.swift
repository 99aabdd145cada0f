import ExperimentModel

/// The part of a trial that follows from its model, pools and data: a network that fits.
struct NetworkPart: Sendable {
  var spec: NetworkSpec
  /// Its number among the plan's networks, their names aside.
  var number: Int32
  /// Index into `Plan.architectures`.
  var architecture: Int
  /// `max`, `average`, `mixed`, or empty where nothing is pooled.
  var pool: String
  /// Where dropout can stand.
  var points: [DropoutPoint]
  /// The sorts of its places.
  var words: Set<SiteWord>
  /// Operations of one image's forward pass.
  var forwardFLOPs: Double
  /// Operations of one training image.
  var trainingFLOPs: Double
}

/// The part of a trial that follows from its data settings.
struct DataPart: Sendable {
  var spec: DataSpec
  var number: Int32
  /// Images in each split after subsets and validation.
  var train: Int
  var test: Int
  var fingerprint: String
}

/// What makes data the same, whatever their name.
struct DataIdentity: Hashable, Sendable {
  private var spec: DataSpec
  private var fingerprint: String

  init(_ part: DataPart) {
    spec = part.spec
    spec.name = ""
    fingerprint = part.fingerprint
  }
}

/// The part of a trial that follows from how it is trained and evaluated.
struct TrainingPart: Hashable, Sendable {
  var optimiser: OptimiserSpec
  var batch: Int
  var epochs: Int
  var labelSmoothing: Double
  var monteCarlo: Int
  var trainEvaluation: EvaluationCadence
  var testEvaluation: EvaluationCadence
}

/// What decides whether two cells are the same trial: equal keys are equal trainings.
struct TrialKey: Hashable, Sendable {
  var network: Int32
  var dropout: Int32
  var training: Int32
  var data: Int32
  var seed: Int32
}
