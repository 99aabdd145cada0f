import ExperimentModel

extension GridReader {
  static let mostParts = 64

  /// A list (one value) or a list of lists (an axis).
  mutating func readLists(_ setting: Setting, _ node: GridNode) -> ([Level], Bool) {
    guard case .list(let elements) = node.content else {
      report(node.position, setting.path, "is a list, not \(node.inWords)")
      return ([], false)
    }
    let nested = elements.filter { if case .list = $0.content { true } else { false } }
    guard !nested.isEmpty else { return ([readList(setting, node, elements)], false) }
    guard nested.count == elements.count else {
      report(
        node.position, setting.path,
        "mixes lists with single values; write one list, or a list of lists for an axis")
      return ([], false)
    }
    return (
      nested.map { list in
        guard case .list(let elements) = list.content else { preconditionFailure("a list") }
        return readList(setting, list, elements)
      }, true
    )
  }

  private mutating func readList(
    _ setting: Setting, _ node: GridNode, _ elements: [GridNode]
  ) -> Level {
    if elements.count > Self.mostParts {
      report(node.position, setting.path, "has \(elements.count) parts; at most 64 are supported")
    }
    let value: SettingValue =
      if case .blocks = setting.kind {
        .blocks(elements.enumerated().compactMap { readBlock($1, "\(setting.path)[\($0)]") })
      } else {
        .widths(
          elements.enumerated().compactMap {
            readSize($1, "\(setting.path)[\($0)]", in: 1...65_536)
          })
      }
    return Level(value: value, position: node.position, parts: elements.map(\.position))
  }

  private mutating func readSize(
    _ node: GridNode, _ path: String, in range: ClosedRange<Int64>
  ) -> Int? {
    guard case .scalar(let text, plain: true) = node.content else {
      report(node.position, path, "is one whole number here, not \(node.inWords)")
      return nil
    }
    do throws(Complaint) {
      return Int(try Scalar.integer(text, in: range))
    } catch {
      report(node.position, path, error.message)
      return nil
    }
  }

  private mutating func readWord(_ node: GridNode, _ path: String, of words: [String]) -> String? {
    guard case .scalar(let text, _) = node.content else {
      report(node.position, path, "is one word here, not \(node.inWords)")
      return nil
    }
    do throws(Complaint) {
      return try Scalar.word(text, of: words)
    } catch {
      report(node.position, path, error.message)
      return nil
    }
  }

  private mutating func readBlock(_ node: GridNode, _ path: String) -> BlockSpec? {
    let keys = [
      "filters", "convolutions", "kernel", "padding", "pool", "pool-size", "stride",
      "normalisation", "activation",
    ]
    guard case .mapping(let entries) = node.content else {
      report(
        node.position, path, "is a mapping such as {filters: 32, pool: max}, not \(node.inWords)")
      return nil
    }
    guard entries.contains(where: { $0.key == "filters" }) else {
      report(node.position, path, "has no `filters`: the number of feature maps of the block")
      return nil
    }
    var block = BlockSpec(filters: 1)
    var isStrided = false
    for entry in known(entries, under: path, keys: keys) {
      let path = "\(path).\(entry.key)"
      switch entry.key {
      case "filters": readSize(entry.value, path, in: 1...65_536).map { block.filters = $0 }
      case "convolutions":
        readSize(entry.value, path, in: 0...64).map { block.convolutions = $0 }
      case "kernel":
        guard let size = readSize(entry.value, path, in: 1...31) else { continue }
        if size % 2 == 0 {
          report(entry.value.position, path, "a kernel has an odd size, not \(size)")
        }
        block.kernel = size
      case "padding":
        readWord(entry.value, path, of: Padding.allCases.map(\.rawValue))
          .flatMap(Padding.init).map { block.padding = $0 }
      case "pool":
        readWord(entry.value, path, of: Setting.poolWords).map {
          block.pool = PoolKind(rawValue: $0)
          isStrided = $0 == "strided"
        }
      case "stride": readSize(entry.value, path, in: 1...64).map { block.stride = $0 }
      case "normalisation":
        readWord(entry.value, path, of: ["none"] + Normalisation.allCases.map(\.rawValue)).map {
          block.normalisation = Normalisation(rawValue: $0)
        }
      case "activation":
        readWord(entry.value, path, of: ActivationKind.allCases.map(\.rawValue))
          .flatMap(ActivationKind.init).map { block.activation = $0 }
      default: readSize(entry.value, path, in: 1...64).map { block.poolSize = $0 }
      }
    }
    guard isStrided else { return block }
    if block.convolutions == 0 || block.stride > 1 {
      report(
        node.position, path,
        "`pool: strided` gives the stride `pool-size` to the block's last convolution; "
          + (block.stride > 1 ? "leave `stride` out" : "it has none"))
    }
    return block.strided
  }

  /// Checks that the model's name and its own blocks agree.
  mutating func checkModel(_ subgrid: SubGrid) {
    let known = NetworkSpec.named.map(\.name)
    let names = subgrid.levels(of: .modelName)
    let hasBlocks = !subgrid.levels(of: .blocks).isEmpty
    for level in names {
      guard case .word(let name) = level.value else { continue }
      if hasBlocks, known.contains(name) {
        report(
          level.position, "model.name",
          "`\(name)` is built in; give a network with blocks of its own another name")
      } else if !hasBlocks, !known.contains(name) {
        report(
          level.position, "model.name",
          "there is no network \(Wording.quote(name))"
            + Wording.remedy(
              near: Wording.nearest(to: name, in: known),
              "built in are \(known.joined(separator: ", ")), and `model.blocks` makes another"))
      }
    }
    if hasBlocks, names.count > 1 {
      let axis = subgrid.dimensions.first { $0.settings.contains(.modelName) }
      report(
        axis?.position ?? names[0].position, "model.name",
        "is one name where `model.blocks` is given")
    }
  }
}
