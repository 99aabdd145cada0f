/// A mistake in a condition's text.
struct ConditionError: Error {
  /// In Unicode scalars from the start of the text.
  var offset: Int
  var message: String
}

/// Reads conditions.
///
/// ```
/// any   = all ("or" all)*
/// all   = one ("and" one)*
/// one   = "not" one | "(" any ")" | PATH ("==" | "!=" | "<" | "<=" | ">" | ">=") VALUE
///       | PATH "not"? "in" ("[" VALUE ("," VALUE)* "]" | SPAN)
/// ```
struct ConditionParser {
  /// A value that the text asks for, and where.
  struct Mention {
    var setting: Setting
    var value: SettingValue
    var offset: Int
  }

  private struct Token {
    var text: String
    var offset: Int
    var isQuoted = false
  }

  static let mostCharacters = 4000
  static let mostOpen = 50

  private let find: (String) throws(Complaint) -> Setting
  private var tokens: [Token] = []
  private var next = 0
  private var open = 0
  private let end: Int
  /// Values that are asked for by `==`, `!=` and `in`.
  private(set) var mentions: [Mention] = []
  /// Every setting that is asked for, and where.
  private(set) var subjects: [(setting: Setting, offset: Int)] = []

  /// - Parameter find: the setting with a path.
  init(_ text: String, find: @escaping (String) throws(Complaint) -> Setting) throws(ConditionError)
  {
    self.find = find
    end = text.unicodeScalars.count
    guard end <= Self.mostCharacters else {
      throw ConditionError(
        offset: 0, message: "a condition has at most \(Self.mostCharacters) characters")
    }
    tokens = try Self.tokens(Array(text.unicodeScalars))
  }

  mutating func parse() throws(ConditionError) -> Condition {
    let condition = try any()
    guard let rest = peek else { return condition }
    throw ConditionError(
      offset: rest.offset,
      message: "\(Wording.quote(rest.text)) is not expected here; join tests by and / or")
  }

  private static func tokens(_ scalars: [Unicode.Scalar]) throws(ConditionError) -> [Token] {
    func text(_ range: Range<Int>) -> String {
      String(String.UnicodeScalarView(scalars[range]))
    }
    var tokens: [Token] = []
    var index = 0
    while index < scalars.count {
      let start = index
      switch scalars[index] {
      case " ", "\t", "\n", "\r": index += 1
      case "(", ")", "[", "]", ",":
        index += 1
        tokens.append(Token(text: text(start..<index), offset: start))
      case "<", ">", "=", "!":
        while index < scalars.count, "<>=!".unicodeScalars.contains(scalars[index]) { index += 1 }
        tokens.append(Token(text: text(start..<index), offset: start))
      case "'", "\"":
        let rest = scalars[(start + 1)...]
        guard let close = rest.firstIndex(of: scalars[start]) else {
          throw ConditionError(offset: start, message: "the quotes are not closed")
        }
        index = close + 1
        tokens.append(Token(text: text(start + 1..<close), offset: start, isQuoted: true))
      case let scalar where isWord(scalar):
        while index < scalars.count, isWord(scalars[index]) { index += 1 }
        tokens.append(Token(text: text(start..<index), offset: start))
      default:
        throw ConditionError(
          offset: start,
          message: "\(Wording.quote(text(start..<start + 1))) has no meaning in a condition")
      }
    }
    return tokens
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || "._-+:/%".unicodeScalars.contains(scalar)
  }

  private var peek: Token? { next < tokens.count ? tokens[next] : nil }

  private func isNext(_ word: String) -> Bool {
    peek.map { !$0.isQuoted && $0.text == word } ?? false
  }

  private mutating func accept(_ word: String) -> Bool {
    guard isNext(word) else { return false }
    next += 1
    return true
  }

  private mutating func take(_ what: String) throws(ConditionError) -> Token {
    guard let token = peek else {
      throw ConditionError(offset: end, message: "ends where \(what) should follow")
    }
    next += 1
    return token
  }

  private mutating func any() throws(ConditionError) -> Condition {
    var parts = [try all()]
    while accept("or") { parts.append(try all()) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func all() throws(ConditionError) -> Condition {
    var parts = [try one()]
    while accept("and") { parts.append(try one()) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func one() throws(ConditionError) -> Condition {
    let offset = peek?.offset ?? end
    if isNext("not") || isNext("(") {
      open += 1
      defer { open -= 1 }
      guard open <= Self.mostOpen else {
        throw ConditionError(offset: offset, message: "nested too deeply; use fewer parentheses")
      }
      if accept("not") { return .not(try one()) }
      next += 1
      let condition = try any()
      let token = try take("`)`")
      guard token.text == ")" else {
        throw ConditionError(
          offset: token.offset, message: "\(Wording.quote(token.text)) stands where `)` should")
      }
      return condition
    }
    return try test()
  }

  private mutating func test() throws(ConditionError) -> Condition {
    let path = try take("a setting such as `dropout.rate`")
    let setting: Setting
    do throws(Complaint) {
      setting = try find(path.text)
    } catch {
      throw ConditionError(offset: path.offset, message: error.message)
    }
    subjects.append((setting, path.offset))
    let sign = try take("`==`, `<` or `in`")
    switch sign.text {
    case "==": return .test(setting, .oneOf([try value(of: setting)]))
    case "!=": return .not(.test(setting, .oneOf([try value(of: setting)])))
    case "in": return .test(setting, .oneOf(try values(of: setting)))
    case "not" where accept("in"): return .not(.test(setting, .oneOf(try values(of: setting))))
    default: break
    }
    guard let order = ValueTest.Order(rawValue: sign.text) else {
      throw ConditionError(
        offset: sign.offset,
        message: "\(Wording.quote(sign.text)) stands where ==, !=, <, <=, >, >= or in should")
    }
    switch setting.kind {
    case .integer, .real: break
    default:
      throw ConditionError(
        offset: sign.offset,
        message: "`\(setting.path)` is no number, so that nothing is more or less; use == or in")
    }
    return .test(setting, .order(order, try value(of: setting, isMention: false)))
  }

  private mutating func value(
    of setting: Setting, isMention: Bool = true
  ) throws(ConditionError) -> SettingValue {
    let token = try take("a value")
    switch setting.kind {
    case .widths, .blocks:
      throw ConditionError(
        offset: token.offset,
        message: "`\(setting.path)` is a list; ask for it with a mapping instead of a condition")
    default: break
    }
    do throws(Complaint) {
      let value = try GridReader.value(setting, token.text, plain: !token.isQuoted)
      if isMention {
        mentions.append(Mention(setting: setting, value: value, offset: token.offset))
      }
      return value
    } catch {
      throw ConditionError(offset: token.offset, message: error.message)
    }
  }

  private mutating func values(of setting: Setting) throws(ConditionError) -> Set<SettingValue> {
    if accept("[") {
      var values: Set = [try value(of: setting)]
      while accept(",") { values.insert(try value(of: setting)) }
      let close = try take("`]`")
      guard close.text == "]" else {
        throw ConditionError(
          offset: close.offset, message: "\(Wording.quote(close.text)) stands where `]` should")
      }
      return values
    }
    let token = try take("a list such as [0, 0.5] or a span such as 1..5")
    guard case .integer(let range) = setting.kind else {
      throw ConditionError(
        offset: token.offset,
        message: "\(Wording.quote(token.text)) is no list; write [\(token.text)]")
    }
    do throws(Complaint) {
      guard let span = try Scalar.span(token.text, in: range) else {
        throw Complaint(message: "\(Wording.quote(token.text)) is neither a list nor a span")
      }
      return Set(span.map(SettingValue.integer))
    } catch {
      throw ConditionError(offset: token.offset, message: error.message)
    }
  }
}
