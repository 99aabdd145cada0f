public import ExperimentModel
internal import Glibc

/// The deaths that the process brought upon itself, as `FILE.d/faults` has them: a line
/// "<trial-id> <signal number>" each.
extension CheckpointFolder {
  /// How many of them mark a trial as failed.
  public static let fatalFaults = 2

  /// The signals that each trial brought the process down with, in their order.
  public func faultNotes() -> [TrialID: [Int32]] {
    guard let descriptor = try? FileDescriptor(faults, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
      let size = try? descriptor.size(),
      let bytes = try? descriptor.read(Int(min(size, 1 << 20)), at: 0)
    else { return [:] }
    var notes: [TrialID: [Int32]] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let trial = TrialID(String(words[0])), let signal = Int32(words[1])
      else { continue }
      notes[trial, default: []].append(signal)
    }
    return notes
  }

  /// Keeps the notes of `trials` and forgets all others.
  ///
  /// - Throws: `UserError(.badFile)` where that cannot be written.
  public func keepFaultNotes(of trials: Set<TrialID>) throws(UserError) {
    let notes = faultNotes()
    let kept = notes.filter { trials.contains($0.key) }
    if kept.isEmpty {
      unlink(faults)
      return
    }
    guard kept.count < notes.count else { return }
    let lines = kept.sorted { "\($0.key)" < "\($1.key)" }.flatMap { trial, signals in
      signals.map { "\(trial) \($0)\n" }
    }
    do {
      let temporary = faults + ".tmp"
      let descriptor = try FileDescriptor(new: temporary)
      try descriptor.write(Array(lines.joined().utf8), at: 0)
      try descriptor.sync()
      guard rename(temporary, faults) == 0 else { throw SystemError(call: "rename", code: errno) }
    } catch {
      throw StoreError.writing(faults, error)
    }
  }

  /// The record of a trial that brought the process down with `signals`; nil where that has not
  /// happened often enough.
  public static func verdict(on trial: TrialID, _ signals: [Int32]) -> TrialRecord? {
    guard signals.count >= fatalFaults else { return nil }
    let names = signals.map { signal in
      strsignal(signal).map { String(cString: $0) } ?? "signal \(signal)"
    }
    return TrialRecord(
      id: trial, status: .failed,
      message: "brought the process down \(signals.count) times: \(names.joined(separator: ", "))",
      finishedAt: currentTime())
  }
}
