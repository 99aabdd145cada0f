/// Everything that training changes in a network, in the layouts of this engine.
///
/// Random numbers have no state and activations are computed anew, so a network that takes on this
/// state goes on to the same bits. It is of use to the same engine and the same description only.
public struct NetworkState: Sendable, Hashable {
  public var weights: [Float]
  public var velocities: [Float]
  /// Running means and variances of batch normalisation.
  public var statistics: [Float]

  public init(weights: [Float], velocities: [Float], statistics: [Float]) {
    self.weights = weights
    self.velocities = velocities
    self.statistics = statistics
  }
}

extension Network {
  /// A copy of the weights, velocities and statistics.
  public func exportState() -> NetworkState {
    NetworkState(
      weights: Array(UnsafeBufferPointer(start: parameters.weights, count: parameters.count)),
      velocities: Array(
        UnsafeBufferPointer(start: parameters.velocities, count: parameters.count)),
      statistics: Array(
        UnsafeBufferPointer(start: parameters.statistics, count: parameters.statisticsCount)))
  }

  /// Takes on `state`; false, and nothing changes, where it has not this network's size.
  public func importState(_ state: NetworkState) -> Bool {
    guard state.weights.count == parameters.count, state.velocities.count == parameters.count,
      state.statistics.count == parameters.statisticsCount
    else { return false }
    parameters.weights.update(from: state.weights, count: parameters.count)
    parameters.velocities.update(from: state.velocities, count: parameters.count)
    parameters.statistics.update(from: state.statistics, count: parameters.statisticsCount)
    parameters.weightsChanged()
    return true
  }
}
