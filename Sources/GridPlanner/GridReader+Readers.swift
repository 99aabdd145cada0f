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
    .init(setting: .beta1, by: .optimiserName, words: ["adam", "adamw"]),
    .init(setting: .beta2, by: .optimiserName, words: ["adam", "adamw"]),
    .init(setting: .epsilon, by: .optimiserName, words: ["adam", "adamw"]),
    .init(setting: .weightDecay, by: .optimiserName, words: ["adamw"]),
    .init(setting: .stepEpochs, by: .schedule, words: ["step"]),
    .init(setting: .stepFactor, by: .schedule, words: ["step"]),
  ]
}

extension GridReader {
  /// Reports settings that no cell has a use for.
  mutating func checkReaders() {
    let given = subgrids.flatMap { Array($0.fixed.keys) + $0.varying }
    for reader in SettingReader.all {
      // Settings of single places count with the general one of the same name.
      func isOf(_ setting: Setting, _ general: Setting) -> Bool {
        setting == general
          || setting.place.map { Setting.of($0, general) == setting } ?? false
      }
      let settings = given.filter { isOf($0, reader.setting) }
      guard let setting = settings.first, !settings.contains(where: broken.contains) else {
        continue
      }
      let controls = [reader.by] + given.filter { isOf($0, reader.by) }
      let words = controls.flatMap { subgrids.values(of: $0).map(\.text) }
      guard !controls.contains(where: broken.contains),
        !reader.words.contains(where: words.contains)
      else { continue }
      let level = subgrids.lazy.flatMap { $0.levels(of: setting) }.first
      let values = Wording.alternatives(reader.words)
      report(
        level?.position ?? .start, setting.path,
        "has no use: it is for `\(reader.by.path)` \(values), which no cell has; leave it out")
    }
  }
}
