/// Everything that training changes in a network, in the layouts of this engine.
///
/// Random numbers have no state and activations are computed anew, so a network that takes on this
/// state goes on to the same bits. It is of use to the same engine and the same description only.
public struct NetworkState: Sendable, Hashable {
  public var weights: [Float]
  /// Velocities of SGD, first moments of Adam.
  public var velocities: [Float]
  /// Empty where the optimiser has none.
  public var secondMoments: [Float]
  /// Running means and variances of batch normalisation.
  public var statistics: [Float]

  public init(
    weights: [Float], velocities: [Float], secondMoments: [Float] = [], statistics: [Float]
  ) {
    self.weights = weights
    self.velocities = velocities
    self.secondMoments = secondMoments
    self.statistics = statistics
  }
}

extension Network {
  /// A copy of the weights, of what the optimiser remembers, and of the statistics.
  public func exportState() -> NetworkState {
    func copy(_ values: UnsafeMutablePointer<Float>, _ count: Int) -> [Float] {
      Array(UnsafeBufferPointer(start: values, count: count))
    }
    let count = parameters.count
    return NetworkState(
      weights: copy(parameters.weights, count), velocities: copy(parameters.velocities, count),
      secondMoments: parameters.secondMoments.map { copy($0, count) } ?? [],
      statistics: copy(parameters.statistics, parameters.statisticsCount))
  }

  /// Takes on `state`; false, and nothing changes, where it has not this network's size or not what
  /// `optimiser` remembers.
  ///
  /// - Throws: `TensorError.outOfMemory`.
  public func importState(
    _ state: NetworkState, for optimiser: Optimiser
  ) throws(TensorError) -> Bool {
    let seconds = optimiser.hasSecondMoments ? parameters.count : 0
    guard state.weights.count == parameters.count, state.velocities.count == parameters.count,
      state.secondMoments.count == seconds,
      state.statistics.count == parameters.statisticsCount
    else { return false }
    if optimiser.hasSecondMoments {
      try parameters.makeSecondMoments().update(from: state.secondMoments, count: seconds)
    }
    parameters.weights.update(from: state.weights, count: parameters.count)
    parameters.velocities.update(from: state.velocities, count: parameters.count)
    parameters.statistics.update(from: state.statistics, count: parameters.statisticsCount)
    parameters.weightsChanged()
    return true
  }
}
