import Foundation

/// Learning rates as functions of the number t of updates done; η is the optimiser's.
package enum ReferenceSchedule {
  /// Keras's time-based decay: η / (1 + decay · t).
  package static func timeBased(_ rate: Double, decay: Double, t: Int) -> Double {
    rate / (1 + decay * Double(t))
  }

  /// η times `factor` after every `every` updates (PyTorch's `StepLR`).
  package static func step(_ rate: Double, every: Int, factor: Double, t: Int) -> Double {
    var rate = rate
    for update in 0..<t where (update + 1) % every == 0 { rate *= factor }
    return rate
  }

  /// η (1 + cos(πt / T)) / 2 (Keras's `CosineDecay`, PyTorch's `CosineAnnealingLR`); 0 after T.
  package static func cosine(_ rate: Double, total: Int, t: Int) -> Double {
    rate * 0.5 * (1 + cos(Double.pi * Double(min(t, total)) / Double(total)))
  }

  /// PyTorch's `OneCycleLR(max_lr=η, total_steps=T)`, its phases as there; the last rate stays.
  package static func oneCycle(_ rate: Double, total: Int, t: Int) -> Double {
    let initial = rate / 25
    let phases = [
      (end: 0.3 * Double(total) - 1, from: initial, to: rate),
      (end: Double(total) - 1, from: rate, to: initial / 1e4),
    ]
    var start = 0.0
    for phase in phases {
      if Double(t) <= phase.end {
        let share = (Double(t) - start) / (phase.end - start)
        return phase.to + (phase.from - phase.to) / 2 * (1 + cos(Double.pi * share))
      }
      start = phase.end
    }
    return initial / 1e4
  }
}
