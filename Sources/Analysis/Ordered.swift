/// A dictionary that remembers the order in which its keys came.
struct Ordered<Key: Hashable, Value> {
  private(set) var keys: [Key] = []
  private var values: [Key: Value] = [:]

  subscript(key: Key) -> Value? { values[key] }

  subscript(key: Key, default value: @autoclosure () -> Value) -> Value {
    get { values[key] ?? value() }
    set {
      if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
    }
    _modify {
      if values[key] == nil { keys.append(key) }
      yield &values[key, default: value()]
    }
  }
}
