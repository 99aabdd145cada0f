extension GridFile {
  /// The settings of which this grid has other values than an earlier one, a line each:
  /// `batch: 16 there and 16, 32 here`.
  package func differences(from earlier: GridFile) -> [String] {
    let given = (subgrids + earlier.subgrids).flatMap { Array($0.fixed.keys) + $0.varying }
    let others = Set(given).subtracting(Setting.all).sorted { $0.path < $1.path }
    return (Setting.all + others).compactMap { setting in
      func values(_ grid: GridFile) -> [String] {
        grid.subgrids.values(of: setting).map(\.text)
      }
      let (there, here) = (values(earlier), values(self))
      guard Set(there) != Set(here) else { return nil }
      func words(_ values: [String]) -> String {
        values.isEmpty ? "nothing" : GridAxis.shortened(values)
      }
      return "\(setting.path): \(words(there)) there and \(words(here)) here"
    }
  }
}
