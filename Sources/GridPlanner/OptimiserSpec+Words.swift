import ExperimentModel

extension OptimiserSpec.Name {
  /// As papers write it.
  var inWords: String {
    switch self {
    case .sgd: "SGD"
    case .adam: "Adam"
    case .adamW: "AdamW"
    }
  }
}

extension OptimiserSpec {
  /// `SGD at 0.05, Nesterov momentum 0.9 (keras)`
  var inWords: String {
    var text = "\(name.inWords) at \(Column.text(learningRate))"
    switch name {
    case .sgd where momentum > 0:
      text += ", \(nesterov ? "Nesterov " : "")momentum \(Column.text(momentum))"
    case .adamW: text += ", weight decay \(Column.text(adam.weightDecay))"
    case .sgd, .adam: break
    }
    if decay > 0 { text += ", decay \(Column.text(decay))" }
    switch schedule {
    case .constant: break
    case .step(let epochs, let factor):
      text += ", times \(Column.text(factor)) every \(Wording.count(epochs, "epoch"))"
    case .cosine: text += ", cosine schedule"
    case .oneCycle: text += ", one-cycle schedule"
    }
    return text + " (\(form.rawValue))"
  }
}
