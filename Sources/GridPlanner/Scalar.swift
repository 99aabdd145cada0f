import ExperimentModel

/// What is wrong with a value, and what would be right.
struct Complaint: Error {
  var message: String
}

/// Strict readers of scalars: nothing is rounded, guessed or taken for a number that is not one.
enum Scalar {
  /// A whole number in `range`, in decimal digits.
  static func integer(_ text: String, in range: ClosedRange<Int64>) throws(Complaint) -> Int64 {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit) else {
      throw Complaint(
        message: "\(Wording.quote(text)) is not a whole number; write it in digits, "
          + "without point, exponent or separator")
    }
    guard digits.count == 1 || digits.first != "0" else {
      throw Complaint(
        message:
          "\(Wording.quote(text)) starts with a zero, which YAML reads as octal; leave it out"
      )
    }
    guard let value = Int64(text), range.contains(value) else {
      let most = range.upperBound == .max ? "2^63 - 1" : "\(range.upperBound)"
      throw Complaint(
        message: "\(text.count > 24 ? Wording.quote(text) : text) is out of range; "
          + "it is \(range.lowerBound) to \(most)")
    }
    return value
  }

  /// A finite number in `range`.
  static func real(
    _ text: String, noun: String, in range: NumberRange
  ) throws(Complaint) -> Double {
    let isDecimal = text.utf8.allSatisfy { isDigit($0) || "+-.eE".utf8.contains($0) }
    guard isDecimal, text.utf8.contains(where: isDigit), let value = Double(text) else {
      let infinite = ["nan", "inf", "infinity"]
      let isInfinite = infinite.contains(text.lowercased().filter { !"+-.".contains($0) })
      throw Complaint(
        message: "\(Wording.quote(text)) is not a \(isInfinite ? "finite " : "")number; "
          + "\(noun) is \(range.inWords)")
    }
    guard range.contains(value) else {
      throw Complaint(
        message: "\(text.count > 24 ? Wording.quote(text) : text) is not \(noun); "
          + "\(noun) is \(range.inWords)")
    }
    return value + 0  // -0 becomes 0
  }

  static func flag(_ text: String) throws(Complaint) -> Bool {
    switch text {
    case "true": return true
    case "false": return false
    default:
      throw Complaint(message: "\(Wording.quote(text)) is neither true nor false")
    }
  }

  static func word(_ text: String, of words: [String]) throws(Complaint) -> String {
    guard words.contains(text) else {
      throw Complaint(
        message: "\(Wording.quote(text)) is not known"
          + Wording.remedy(
            near: Wording.nearest(to: text, in: words), "it is \(Wording.alternatives(words))"))
    }
    return text
  }

  static func cadence(_ text: String) throws(Complaint) -> EvaluationCadence {
    if let cadence = EvaluationCadence(text) { return cadence }
    let intervals = EvaluationCadence.intervals
    if Int(text) != nil {
      _ = try integer(text, in: Int64(intervals.lowerBound)...Int64(intervals.upperBound))
    }
    let words = EvaluationCadence.words
    throw Complaint(
      message: "\(Wording.quote(text)) is not known"
        + Wording.remedy(
          near: Wording.nearest(to: text, in: words),
          "it is \(words.joined(separator: ", ")) or a number of epochs"))
  }

  /// `1..10` as its ends, both included; nil where `text` is no span.
  static func span(
    _ text: String, in range: ClosedRange<Int64>
  ) throws(Complaint) -> ClosedRange<Int64>? {
    guard let dots = text.firstRange(of: "..") else { return nil }
    let first = try integer(String(text[..<dots.lowerBound]), in: range)
    let last = try integer(String(text[dots.upperBound...]), in: range)
    guard first <= last else {
      throw Complaint(
        message: "\(Wording.quote(text)) runs backwards; a span goes from the smaller number to "
          + "the larger: \(last)..\(first)")
    }
    // `last - first` cannot overflow: no setting takes negative numbers.
    guard last - first < Int64(GridFile.mostCells) else {
      throw Complaint(
        message:
          "\(Wording.quote(text)) has \(UInt64(last - first) + 1) values; a grid has at most "
          + "\(Wording.grouped(GridFile.mostCells)) cells")
    }
    return first...last
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
