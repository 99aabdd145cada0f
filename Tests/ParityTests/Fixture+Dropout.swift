import TensorCore

extension Fixture.Layer {
  /// A dropout layer.
  func dropout() throws -> Dropout {
    let kind: Dropout.Kind =
      switch kind {
      case "element-wise": .elementWise
      case "spatial": .spatial
      case "shared": try shared()
      case "gaussian": .gaussian
      case "alpha": .alpha
      case "drop-block":
        .dropBlock(
          size: try require(block), channels: channels == "shared" ? .shared : .independent,
          centres: centres == "valid" ? .valid : .full)
      default: throw FixtureError(what: "no dropout \(kind ?? "")")
      }
    return Dropout(
      kind: kind, rate: try require(rate), name: try randomName(),
      schedule: try schedule?.dropout() ?? .constant)
  }

  private func shared() throws -> Dropout.Kind {
    let axes = try require(shape).map { $0 == "1" }
    guard axes.count == 4 else { throw FixtureError(what: "no noise shape \(shape ?? "")") }
    return .shared(batch: axes[0], height: axes[1], width: axes[2], channels: axes[3])
  }
}

extension Fixture.Schedule {
  /// The schedule of a dropout's rate.
  func dropout() throws -> DropoutSchedule {
    switch (kind, updates) {
    case ("early", let updates?): .early(until: updates)
    case ("late", let updates?): .late(from: updates)
    case ("linear", let updates?): .linear(until: updates)
    default: throw FixtureError(what: "no schedule \(kind)")
    }
  }
}
