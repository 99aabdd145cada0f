import ExperimentModel

extension ProgressView {
  /// The lines of the live display: header, bar, and one for each running trial.
  ///
  /// - Parameters:
  ///   - time: seconds since the sweep began.
  ///   - columns: the terminal's width; every line stays below it, so that none wraps.
  ///   - rows: the terminal's height; there are fewer lines, so that the cursor can go back up.
  public func lines(at time: Double, columns: Int, rows: Int) -> [String] {
    let width = max(columns - 1, 1)
    let height = max(rows - 1, 1)
    var lines = height >= 3 ? [header] : []
    lines.append(overall(at: time, width: width))
    lines += trials(width: width, height: height - lines.count)
    return lines.map { $0.rendered(style, columns: width) }
  }

  private var header: StyledLine {
    var line = StyledLine(title)
    line.add(
      ": \(items.count == 1 ? "1 trial" : "\(items.count) trials"), \(jobs) at a time", .faint)
    if recordedBefore > 0 { line.add(", \(recordedBefore) recorded before", .faint) }
    return line
  }

  private func overall(at time: Double, width: Int) -> StyledLine {
    // Rounded down: 100% means that nothing is left.
    let percent = "\(Int(meter.fraction * 100))%"
    let count = "\(ended)/\(items.count)"
    let elapsed = "  elapsed \(Numbers.clock(time))"
    let ending = ended < items.count ? "  ETA \(Numbers.clock(meter.remaining(at: time)))" : ""
    var head = StyledLine("\(DisplayWidth.pad(percent, to: 4, right: true))  \(count)")
    if bad > 0 {
      head.add("  ")
      head.add("\(bad) failed", .bad)
    }
    let tails = [elapsed + ending, ending]
    let tail = tails.first { head.width + DisplayWidth.of($0) + 10 <= width } ?? ending
    let room = width - head.width - DisplayWidth.of(tail)
    var line = room >= 6 ? style.bar(meter.fraction, width: min(room, 42)) : StyledLine()
    line.add(head)
    line.add(tail)
    return line
  }

  private func trials(width: Int, height: Int) -> [StyledLine] {
    let workers = running.sorted { $0.key < $1.key }
    let fits = workers.count <= height
    let shown = fits ? workers[...] : workers.prefix(max(height - 1, 0))
    let digits = "\(jobs)".count
    var lines = shown.map { worker, trial in
      line(of: trial, worker: "\(worker + 1)", digits: digits, width: width)
    }
    if !fits && height > 0 {
      lines.append(StyledLine("and \(workers.count - shown.count) more", .faint))
    }
    return lines
  }

  private func line(of trial: Running, worker: String, digits: Int, width: Int) -> StyledLine {
    let item = items[trial.trial]
    let total = "\(item.epochs)"
    let done = "\(Int(trial.epochs))"
    let epoch = "epoch \(DisplayWidth.pad(done, to: total.count, right: true))/\(total)"
    let bar = style.bar(trial.epochs / Double(max(item.epochs, 1)), width: 12)
    let number = DisplayWidth.pad(worker, to: digits + 1, right: true) + "  "
    let room = width - number.count - epoch.count - 2

    // What does not fit goes in this order: the bar, the figures' full names, the label's end, and
    // in very narrow windows the figures. Their widths are reserved, so that nothing jumps.
    let (long, short) = (34, 23)
    let showsBar = room >= labelWidth + long + bar.width + 1
    let showsNames = room >= labelWidth + long
    let showsFigures = room >= min(labelWidth, 16) + short
    let reserved = showsNames ? long : showsFigures ? short : 0
    let labelRoom = min(labelWidth, max(room - reserved, 0))
    let label = DisplayWidth.truncate(item.label, to: labelRoom, mark: style.ellipsis)

    var line = StyledLine(number, .faint)
    line.add(DisplayWidth.pad(label, to: labelRoom) + "  ")
    if showsBar {
      line.add(bar)
      line.add(" ")
    }
    line.add(epoch)
    if showsFigures {
      for (text, name) in [
        (Self.loss(trial.metrics), "loss"), (Self.accuracy(trial.metrics), "acc"),
      ] {
        guard let text else { continue }
        let full = text.replacing("_", with: " ").replacing("accuracy", with: "acc")
        let value = full.split(separator: " ").last ?? ""
        line.add("  " + (showsNames ? full : "\(name) \(value)"))
      }
    }
    return line
  }

  /// `[ 12/180] rate=0.25  test_accuracy 0.853 (2.9 s) ETA 4:10`.
  func finishedLine(_ label: String, _ record: TrialRecord, at time: Double) -> StyledLine {
    let total = "\(items.count)"
    var line = StyledLine(
      "[\(DisplayWidth.pad("\(ended)", to: total.count, right: true))/\(total)] ")
    line.add(label.isEmpty ? "" : label + "  ")
    if record.status == .done {
      let last = record.metrics.compactMapValues(\.last).filter { !$0.value.isNaN }
      line.add((Self.accuracy(last) ?? Self.loss(last) ?? "done") + " ")
    } else {
      if record.status.isAsPlanned {
        line.add(record.status.name)
      } else {
        line.add(record.status.name, .bad)
      }
      let reason = PlainText.line(record.message)
      line.add((reason.isEmpty ? "" : ": \(reason)") + " ")
    }
    line.add("(\(Numbers.duration(record.duration)))")
    if !style.isLive && ended < items.count {
      line.add(" ETA \(Numbers.clock(meter.remaining(at: time)))")
    }
    return line
  }

  private static func accuracy(_ metrics: [Metric: Float]) -> String? {
    text(of: [.testAccuracy, .validationAccuracy, .trainAccuracy, .fitAccuracy], in: metrics)
  }

  private static func loss(_ metrics: [Metric: Float]) -> String? {
    text(of: [.trainLoss, .fitLoss, .validationLoss, .testLoss], in: metrics)
  }

  private static func text(of preferred: [Metric], in metrics: [Metric: Float]) -> String? {
    for metric in preferred {
      if let value = metrics[metric] { return "\(metric.rawValue) \(Numbers.metric(value))" }
    }
    return nil
  }
}
