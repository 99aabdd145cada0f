import ArgumentParser

// Options with a form of their own. What does not have it is refused with the form.

/// A number of trials at a time: at least 1.
struct Jobs {
  var count: Int

  init(count: Int) { self.count = count }

  @Sendable init(argument: String) throws {
    count = try wholeNumber(argument, in: 1...1024, "trials at a time are")
  }
}

private func wholeNumber(
  _ argument: String, in range: ClosedRange<Int>, _ subject: String
) throws -> Int {
  guard let value = Int(argument), range.contains(value) else {
    throw ValidationError(
      "\(subject) a whole number from \(range.lowerBound) to \(range.upperBound)")
  }
  return value
}

/// One of several equal parts of a plan: `2/8`.
struct Shard {
  var number: Int
  var count: Int

  @Sendable init(argument: String) throws {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1],
      (1...100_000).contains(count), number >= 1
    else { throw ValidationError("a shard is I/N, the I-th of N parts: 1/4") }
    guard number <= count else {
      throw ValidationError("there is no part \(number) of \(count): I/N goes from 1/N to N/N")
    }
    self.number = number
    self.count = count
  }
}

/// A number that is not negative.
struct Count {
  let value: Int

  init(value: Int) { self.value = value }

  @Sendable init(argument: String) throws {
    value = try wholeNumber(argument, in: 0...1_000_000, "it is")
  }
}

/// A time: `90`, `90s`, `10m`, `2h`.
struct Time {
  let seconds: Double

  init(seconds: Double) { self.seconds = seconds }

  @Sendable init(argument: String) throws {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = argument.last.flatMap { units[$0] }
    guard let value = Double(unit == nil ? argument[...] : argument.dropLast()), value >= 0,
      value * (unit ?? 1) <= 1e9
    else { throw ValidationError("a time is a number of seconds or has a unit: 90s, 10m, 2h") }
    seconds = value * (unit ?? 1)
  }
}
