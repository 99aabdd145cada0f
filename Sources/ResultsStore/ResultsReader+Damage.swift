internal import Glibc

extension ResultsReader {
  /// Whether the file's structure was under a seal when it was opened.
  public var isSealed: Bool { (try? Seal.isThere(descriptor)) ?? false }

  /// What a reader leaves out for damage, or cannot vouch for: a line each, empty for a sound file.
  public var damage: [String] {
    var lines: [String] = []
    if !tornRows.isEmpty {
      let count = tornRows.count
      let some = tornRows.prefix(5).map(String.init).joined(separator: ", ")
      lines.append(
        "\(path): \(count == 1 ? "1 trial is" : "\(count) trials are") damaged and left out "
          + "(\(count == 1 ? "row" : "rows") \(some)\(count > 5 ? ", …" : "")): the checksum does "
          + "not match; continue the sweep to train \(count == 1 ? "it" : "them") again")
    }
    if let missingSeal { lines.append(missingSeal) }
    return lines
  }

  /// That the file has no seal, in a line; nil where it has one.
  public var missingSeal: String? {
    guard !isSealed else { return nil }
    let contents =
      formatVersion >= 3
      ? "what is in it matches its checksums, and `dropgrid verify --seal` seals it again"
      : "nothing vouches for what its trials are called and which settings they have"
    return "\(path): has no seal: another program has changed the file's structure; \(contents)"
  }
}
