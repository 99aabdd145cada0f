extension GridReader {
  private static let budgets = ["hours": 3600.0, "minutes": 60.0]

  /// `sample: {count: 50, method: sobol, seed: 1}`, or `hours` or `minutes` for `count`.
  mutating func readSample(_ node: GridNode) -> Sample? {
    let all = if case .mapping(let entries) = node.content { entries } else { [GridNode.Entry]() }
    let keys = ["count", "hours", "minutes", "method", "seed"]
    let entries = known(all, under: "sample", keys: keys)
    let sizes = entries.filter { $0.key == "count" || Self.budgets[$0.key] != nil }
    guard sizes.count == 1 else {
      report(
        sizes.last?.position ?? node.position, "sample",
        sizes.isEmpty
          ? "is a mapping such as {count: 50, method: sobol, seed: 1} with a count, hours or "
            + "minutes, not \(node.inWords)"
          : "has one of count, hours and minutes")
      return nil
    }
    var sample = Sample(method: .random, count: 1, seed: 1, position: node.position)
    for entry in entries { read(entry, into: &sample) }
    return sample
  }

  private mutating func read(_ entry: GridNode.Entry, into sample: inout Sample) {
    let path = "sample.\(entry.key)"
    guard case .scalar(let text, let plain) = entry.value.content else {
      return report(entry.value.position, path, "is one value, not \(entry.value.inWords)")
    }
    let number = plain ? text : "'\(text)'"
    do throws(Complaint) {
      switch entry.key {
      case "method":
        let words = Sample.Method.allCases.map(\.rawValue)
        sample.method = Sample.Method(rawValue: try Scalar.word(text, of: words)) ?? .random
      case "count":
        sample.count = Int(try Scalar.integer(number, in: 1...Int64(GridFile.mostCells)))
      case "seed": sample.seed = UInt64(try Scalar.integer(number, in: 0...Int64.max))
      default:
        let range = NumberRange(above: 0, to: 100_000)
        let unit = Self.budgets[entry.key] ?? 1
        sample.seconds = unit * (try Scalar.real(number, noun: "a time", in: range))
      }
    } catch {
      report(entry.value.position, path, error.message)
    }
  }
}
