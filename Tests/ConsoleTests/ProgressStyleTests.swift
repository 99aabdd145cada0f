import Console
import Testing

@Suite struct ProgressStyleTests {
  @Test(
    arguments: [
      (true, ["TERM": "xterm", "LANG": "en_GB.UTF-8"], true, true, true),
      (true, ["TERM": "xterm", "LANG": "C.utf8", "NO_COLOR": "1"], true, false, true),
      (true, ["TERM": "xterm", "LANG": "C", "NO_COLOR": ""], true, true, false),
      (true, ["TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "POSIX"], true, true, false),
      (
        true, ["TERM": "xterm", "LANG": "C", "LC_ALL": "", "LC_CTYPE": "C.UTF-8"], true, true, true
      ),
      (true, ["TERM": "dumb", "LANG": "C.UTF-8"], false, false, true),
      (true, [:], false, false, false),
      (false, ["TERM": "xterm", "LANG": "C.UTF-8"], false, false, true),
    ] as [(Bool, [String: String], Bool, Bool, Bool)])
  func readsTheEnvironment(
    isTerminal: Bool, environment: [String: String], isLive: Bool, colour: Bool, unicode: Bool
  ) {
    #expect(
      ProgressStyle.detect(isTerminal: isTerminal, environment: environment)
        == ProgressStyle(isLive: isLive, colour: colour, unicode: unicode))
  }
}
