/// Everything that training changes in a network, in the layouts of this engine.
///
/// Random numbers have no state and activations are computed anew, so a network that takes on this
/// state goes on to the same bits. It is of use to the same engine and the same description only.
public struct NetworkState: Sendable, Hashable {
  public var weights: [Float]
  public var velocities: [Float]

  public init(weights: [Float], velocities: [Float]) {
    self.weights = weights
    self.velocities = velocities
  }
}

extension Network {
  /// A copy of the weights and velocities.
  public func exportState() -> NetworkState {
    NetworkState(
      weights: Array(UnsafeBufferPointer(start: parameters.weights, count: parameters.count)),
      velocities: Array(
        UnsafeBufferPointer(start: parameters.velocities, count: parameters.count)))
  }

  /// Takes on `state`; false, and nothing changes, where it has not this network's size.
  public func importState(_ state: NetworkState) -> Bool {
    guard state.weights.count == parameters.count, state.velocities.count == parameters.count
    else { return false }
    parameters.weights.update(from: state.weights, count: parameters.count)
    parameters.velocities.update(from: state.velocities, count: parameters.count)
    parameters.weightsChanged()
    return true
  }
}
