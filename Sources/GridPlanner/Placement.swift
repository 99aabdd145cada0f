/// On which side of every pool the dropout of `dropout.rate` stands.
enum Placement: String, Sendable, CaseIterable {
  case beforePool = "before-pool"
  case afterPool = "after-pool"
}
