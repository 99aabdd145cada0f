internal import CKernels

/// Which masks, and at which rates.
struct MaskMoment {
  private let seed: UInt64
  private let stream: RandomStream
  /// The updates before.
  private let step: Int
  private let keyStep: UInt32
  private let part: UInt32

  /// Those of update `step` under the mask seed, for the slice of number `slice` of its images.
  init(seed: UInt64, step: Int, slice: Int = 0) {
    self.seed = seed
    self.step = step
    stream = .mask
    keyStep = UInt32(truncatingIfNeeded: step)
    part = UInt32(truncatingIfNeeded: slice)
  }

  /// Those of sample `sample` of a Monte-Carlo evaluation, on the batch of number `batch`.
  init(seed: UInt64, _ evaluation: MonteCarlo, sample: Int, batch: Int) {
    self.seed = seed
    step = evaluation.step
    stream = .monteCarlo
    keyStep = UInt32(truncatingIfNeeded: evaluation.epoch << 12 | sample)
    part = UInt32(truncatingIfNeeded: batch)
  }

  func rate(_ dropout: Dropout) -> Double { dropout.rate(at: step) }

  func key(_ dropout: Dropout) -> dg_random_key { key(dropout.name) }

  func key(_ name: RandomName) -> dg_random_key {
    RandomKey(seed: seed, stream: stream, name: name, step: keyStep, part: part).raw
  }

  /// Draws keep decisions at `rate`.
  func draw(
    _ dropout: Dropout, rate: Double, into bits: UnsafeMutablePointer<UInt16>, words: Int
  ) {
    Engine.kernels.mask_bits(key(dropout), dropThreshold(rate: rate), bits, words)
  }
}

/// A Monte-Carlo evaluation: the mean of the predictions of networks with different masks (Gal and
/// Ghahramani, ICML 2016).
public struct MonteCarlo: Sendable, Hashable {
  /// Predictions, 1...4096.
  public var samples: Int
  /// Keys the masks, together with the number of the prediction and of the batch.
  public var epoch: Int
  /// The updates before it, which say at what rates a schedule is.
  public var step: Int

  public init(samples: Int, epoch: Int, step: Int) {
    precondition((1...4096).contains(samples), "samples lie in 1...4096, not \(samples)")
    self.samples = samples
    self.epoch = epoch
    self.step = step
  }
}
