/// A number for each combination of levels of some dimensions, found when first asked for.
struct Memo: Sendable {
  private let factors: [(dimension: Int, stride: Int)]
  private var slots: [Int32]
  private var others: [Int: Int32] = [:]

  static let unknown: Int32 = -2
  /// What stands for a combination that makes no sense.
  static let none: Int32 = -1
  private static let mostSlots = 1 << 20

  /// - Parameters:
  ///   - dimensions: those that the number depends on.
  ///   - radices: levels of every dimension.
  init(_ dimensions: Set<Int>, radices: [Int]) {
    var stride = 1
    var isDense = true
    var factors: [(dimension: Int, stride: Int)] = []
    for dimension in dimensions.sorted().reversed() {
      factors.append((dimension, stride))
      stride &*= radices[dimension]
      isDense = isDense && stride <= Self.mostSlots
    }
    self.factors = factors
    slots = isDense ? Array(repeating: Self.unknown, count: stride) : []
  }

  /// Where the number for `levels` is kept.
  func slot(_ levels: [Int]) -> Int {
    var slot = 0
    for factor in factors { slot &+= levels[factor.dimension] &* factor.stride }
    return slot
  }

  subscript(slot: Int) -> Int32 {
    get { slots.isEmpty ? others[slot] ?? Self.unknown : slots[slot] }
    set {
      if slots.isEmpty { others[slot] = newValue } else { slots[slot] = newValue }
    }
  }
}

/// Numbers equal values equally, in the order of their first appearance.
struct Interner<Value: Hashable & Sendable>: Sendable {
  private(set) var values: [Value] = []
  private var indices: [Value: Int32] = [:]

  mutating func index(of value: Value) -> Int32 {
    if let index = indices[value] { return index }
    let index = Int32(values.count)
    indices[value] = index
    values.append(value)
    return index
  }
}
