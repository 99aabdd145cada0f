/// The order in which subsets take images: the classes in turn, each in file order.
package enum ClassOrder {
  /// Indices of all images: the first of every class, the second of every class, and so on.
  ///
  /// Every prefix is as balanced as the labels allow: once a class has run out, the others go on.
  /// - Complexity: O(labels + classes).
  package static func roundRobin(_ labels: [UInt8]) -> [Int] {
    var members = [[Int]](repeating: [], count: 256)
    for (index, label) in labels.enumerated() { members[Int(label)].append(index) }
    var order: [Int] = []
    order.reserveCapacity(labels.count)
    var row = 0
    while true {
      members.removeAll { $0.count <= row }
      if members.isEmpty { return order }
      for member in members { order.append(member[row]) }
      row += 1
    }
  }
}
