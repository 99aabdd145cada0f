import ExperimentModel

/// A setting that only some values of another one have a use for.
struct SettingReader {
  let setting: Setting
  let by: Setting
  let words: [String]

  static let all: [SettingReader] = [
    .init(setting: .noiseShape, by: .kind, words: [DropoutKind.noiseShape.rawValue]),
    .init(setting: .blockSize, by: .kind, words: [DropoutKind.dropBlock.rawValue]),
    .init(setting: .blockChannels, by: .kind, words: [DropoutKind.dropBlock.rawValue]),
    .init(setting: .blockCentres, by: .kind, words: [DropoutKind.dropBlock.rawValue]),
    .init(setting: .inference, by: .kind, words: [DropoutKind.dropConnect.rawValue]),
    .init(setting: .inferenceSamples, by: .inference, words: ["gaussian"]),
    .init(setting: .scheduleEpochs, by: .rateSchedule, words: ["early", "late", "linear"]),
    .init(setting: .momentum, by: .optimiserName, words: ["sgd"]),
    .init(setting: .nesterov, by: .optimiserName, words: ["sgd"]),
    .init(setting: .beta1, by: .optimiserName, words: ["adam", "adamw"]),
    .init(setting: .beta2, by: .optimiserName, words: ["adam", "adamw"]),
    .init(setting: .epsilon, by: .optimiserName, words: ["adam", "adamw"]),
    .init(setting: .weightDecay, by: .optimiserName, words: ["adamw"]),
    .init(setting: .stepEpochs, by: .schedule, words: ["step"]),
    .init(setting: .stepFactor, by: .schedule, words: ["step"]),
  ]
}

extension SettingReader {
  /// What sub-grids give of a setting that only some cells read.
  struct Use {
    let reader: SettingReader
    /// The setting as it is written: the general one, or that of a single place.
    let settings: [Setting]
    /// What decides whether it is read.
    let controls: [Setting]
    /// Whether some cell reads it.
    let isRead: Bool
    /// Whether every cell does.
    let isReadEverywhere: Bool
  }

  /// How `subgrids` use the setting; nil where they do not mention it.
  func use(in subgrids: [SubGrid]) -> Use? {
    let given = subgrids.flatMap { Array($0.fixed.keys) + $0.varying }
    // Settings of single places count with the general one of the same name.
    func isOf(_ setting: Setting, _ general: Setting) -> Bool {
      setting == general || setting.place.map { Setting.of($0, general) == setting } ?? false
    }
    let settings = given.filter { isOf($0, setting) }
    guard !settings.isEmpty else { return nil }
    let controls = [by] + given.filter { isOf($0, by) }
    let found = controls.flatMap { subgrids.values(of: $0).map(\.text) }
    return Use(
      reader: self, settings: settings, controls: controls,
      isRead: words.contains(where: found.contains),
      isReadEverywhere: found.allSatisfy(words.contains))
  }
}

extension GridReader {
  /// Reports settings that no cell has a use for.
  ///
  /// Where an override chose what does not read them, they are left over from the file and no
  /// mistake: the plan says that they are not used.
  mutating func checkReaders() {
    for use in SettingReader.all.compactMap({ $0.use(in: subgrids) }) where !use.isRead {
      let involved = use.settings + use.controls
      guard !involved.contains(where: broken.contains) else { continue }
      func positions(_ settings: [Setting]) -> [GridPosition] {
        settings.flatMap { setting in subgrids.flatMap { $0.levels(of: setting) } }.map(\.position)
      }
      let position = positions(use.settings).first ?? .start
      let isOverridden = positions(use.controls).contains(where: \.isCommandLine)
      guard position.isCommandLine || !isOverridden else { continue }
      report(
        position, use.settings[0].path,
        "has no use: it is for `\(use.reader.by.path)` \(Wording.alternatives(use.reader.words)), "
          + "which no cell has; leave it out")
    }
  }
}

extension GridFile {
  /// A line for each setting that only some cells, or none, have a use for, and for each option that
  /// every trial is too short for.
  var unreadNotes: [String] {
    let idle = subgrids.beyondReach(stopping: stopping, weights: weights)
    return SettingReader.all.compactMap { $0.use(in: subgrids) }.filter { !$0.isReadEverywhere }.map
    {
      "\($0.settings[0].path) is for \($0.reader.by.path) "
        + Wording.alternatives($0.reader.words)
        + ($0.isRead ? " alone" : ", which no cell has: it is not used")
    } + idle.map { "\($0.option) \($0.what)" }
  }
}
