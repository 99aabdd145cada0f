extension SweepComparison {
  /// The comparison as JUnit XML: one case for each arm and one for their mean.
  ///
  /// Harm and different bits are failures; what is inconclusive is skipped.
  public func junit() -> String {
    var cases = arms.map { arm -> String in
      let settings = zip(arm.settings.names, arm.settings.values).map { "\($0)=\($1)" }
      let name = settings.isEmpty ? "the only arm" : settings.joined(separator: " ")
      return Self.testCase(name, arm.verdict, detail(arm.test))
    }
    if let overall {
      let verdict: GateVerdict =
        overall.isHarm
        ? .harm : overall.isSound || self.verdict == .identical ? .noHarm : .inconclusive
      cases.insert(Self.testCase("mean over arms", verdict, detail(overall)), at: 0)
    }
    for settings in missing {
      let name = zip(settings.names, settings.values).map { "\($0)=\($1)" }.joined(separator: " ")
      cases.append(Self.testCase(name, .inconclusive, "the candidate does not have this arm"))
    }
    let failures = cases.count { $0.contains("<failure") }
    let skipped = cases.count { $0.contains("<skipped") }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites>
      <testsuite name="dropgrid compare" tests="\(cases.count)" failures="\(failures)" \
      errors="0" skipped="\(skipped)">
      \(cases.joined(separator: "\n"))
      </testsuite>
      </testsuites>

      """
  }

  private func detail(_ test: GateTest) -> String {
    guard let difference = test.difference else { return "no complete trial on both sides" }
    let interval = test.interval.map {
      " (95% interval \(NumberText.fixed(100 * $0.lowerBound, digits: 2)) to "
        + "\(NumberText.fixed(100 * $0.upperBound, digits: 2)))"
    }
    return "test accuracy changes by \(NumberText.signed(100 * difference, digits: 2)) points"
      + "\(interval ?? ""), margin \(SettingValue.real(margin))"
  }

  private static func testCase(_ name: String, _ verdict: GateVerdict, _ detail: String) -> String {
    let head = "<testcase classname=\"dropgrid.compare\" name=\"\(escape(name))\""
    let message = "message=\"\(escape("\(verdict.rawValue): \(detail)"))\""
    switch verdict {
    case .harm, .differentBits: return "\(head)><failure \(message)/></testcase>"
    case .inconclusive: return "\(head)><skipped \(message)/></testcase>"
    case .noHarm, .identical: return "\(head)><system-out>\(escape(detail))</system-out></testcase>"
    }
  }

  /// `text` for XML 1.0, which has no control characters.
  private static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t", "\r": result += " "
      case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value):
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
