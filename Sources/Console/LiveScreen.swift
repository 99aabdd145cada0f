/// Turns frames into the text that redraws them in place.
///
/// After each frame the cursor stands at the start of the line below it, so that anything else that
/// is printed (a `^C`) does not tear the frame, and a program that leaves at once leaves no mess.
/// It goes up by as many lines as the last frame had: a window that just got narrower may keep a
/// wrapped remainder of that frame, but what stood above it is never erased.
struct LiveScreen {
  private var last: [String] = []

  /// What to write for the next frame; empty where the screen already shows it.
  ///
  /// - Parameters:
  ///   - permanent: lines to leave above the frame, in full even where they wrap.
  ///   - frame: fits the terminal's width.
  mutating func update(permanent: [String] = [], frame: [String]) -> String {
    guard !permanent.isEmpty || frame != last else { return "" }
    var text = last.isEmpty ? "" : "\r\u{1B}[\(last.count)A"
    if permanent.isEmpty {
      for line in frame { text += line + "\u{1B}[K\n" }
      if frame.count < last.count { text += "\u{1B}[J" }
    } else {
      // Erased first: after a line that fills the last column, erasing would take its last letter.
      if !last.isEmpty { text += "\u{1B}[J" }
      for line in permanent + frame { text += line + "\n" }
    }
    last = frame
    return text
  }
}
