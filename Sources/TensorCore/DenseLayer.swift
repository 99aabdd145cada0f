/// Dense layer y = x · k + b, k[in, out].
public struct DenseLayer: Sendable, Hashable {
  public var label: String
  public var name: RandomName
  public var inputs: Int
  public var outputs: Int
  public var dropConnect: DropConnect?
  public var initialiser: Initialiser

  public init(
    label: String, name: RandomName, inputs: Int, outputs: Int, dropConnect: DropConnect? = nil,
    initialiser: Initialiser = .glorotUniform
  ) {
    self.label = label
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.dropConnect = dropConnect
    self.initialiser = initialiser
  }
}
