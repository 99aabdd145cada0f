/// What a sample came to: how many arms it chose, and out of how many.
struct Sampling {
  let sample: Sample
  let chosen: Int
  /// The arms that there are, chosen or not.
  let all: GridCount

  /// `32 of 4,096 arms by sobol, seed 1`; a count that cannot be reached is said to be one.
  var inWords: String {
    if all.isExact, chosen == all.integer {
      return "all \(Wording.count(chosen, "arm"))"
        + (sample.count > chosen
          ? ": the sample asks for \(Wording.grouped(sample.count)), and there are no more" : "")
    }
    return "\(Wording.grouped(chosen)) of \(all) arms by \(sample.method.rawValue), "
      + "seed \(sample.seed)"
      + (sample.count > chosen
        ? "; \(Wording.grouped(sample.count)) were asked for, and the others are excluded or were "
          + "hit twice" : "")
  }
}

extension GridSpace {
  /// What the sub-grid's sample comes to; nil where it has none, or one that is a time.
  var sampling: Sampling? {
    guard let sample = subgrid.sample, sample.seconds == nil else { return nil }
    var whole = subgrid
    whole.sample = nil
    whole.dimensions.removeAll { !$0.settings.allSatisfy { !Setting.seeds.contains($0) } }
    whole.exclusions.removeAll { !$0.settings.isDisjoint(with: Setting.seeds) }
    return Sampling(
      sample: sample, chosen: arms(of: sample).count, all: GridSpace(whole, number: number).count())
  }
}

extension PlannedGrid {
  /// What each sample of the grid came to, in the order of the file.
  var samplings: [Sampling] { planner.spaces.compactMap(\.sampling) }
}
