/// The effects of lists of pairs that were computed already: comparisons and what dropout changes ask
/// for the same ones.
package struct EffectMemo {
  typealias Effects = (outcomes: [Outcome: PairedEffect], diagnostics: [DiagnosticEffect])

  private var known: [[Int32]: Effects] = [:]

  package init() {}

  /// Those of `seeds`, each a list of pairs of trials, by `compute` where they are new.
  mutating func effects(_ seeds: [[(a: Int, b: Int)]], _ compute: () -> Effects) -> Effects {
    var key: [Int32] = []
    for pairs in seeds {
      key.append(-1)
      for pair in pairs { key += [Int32(pair.a), Int32(pair.b)] }
    }
    if let found = known[key] { return found }
    let computed = compute()
    known[key] = computed
    return computed
  }
}
