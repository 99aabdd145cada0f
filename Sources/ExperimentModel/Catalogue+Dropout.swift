extension Catalogue {
  /// The catalogue's entry of every kind.
  public static var dropoutKinds: [Entry] { DropoutKind.allCases.map(entry) }

  private static func entry(_ kind: DropoutKind) -> Entry {
    switch kind {
    case .elementWise:
      Entry(
        name: kind.rawValue, summary: "Drops each element on its own.",
        formula: "y = x·m / (1 − p), m ~ Bernoulli(1 − p) for each element",
        training:
          "An element is 0 with probability p, else divided by 1 − p, so that its mean stays.",
        evaluation: "Nothing.", place: "Anywhere.",
        paper: "Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from "
          + "Overfitting, JMLR 15, 2014",
        grid: ["dropout: {kind: element-wise, rate: 0.5, placement: dense}"])
    case .spatial:
      Entry(
        name: kind.rawValue, summary: "Drops whole feature maps.",
        formula: "y = x·m / (1 − p), m ~ Bernoulli(1 − p) for each image and map",
        training: "One decision for all pixels of a map; the pixels of a map are so alike that "
          + "dropping some of them leaves the others to tell the same.",
        evaluation: "Nothing.", place: "Anywhere; on rows it is element-wise.",
        paper: "Tompson et al., Efficient Object Localization Using Convolutional Networks, "
          + "CVPR 2015",
        grid: ["dropout: {kind: spatial, rate: 0.25, placement: after-pool}"])
    case .noiseShape:
      Entry(
        name: kind.rawValue,
        summary: "Shares one decision over whole axes, as Keras's noise_shape.",
        formula: "y = x·m / (1 − p), one m for all elements along an axis that is written 1",
        training: "`dropout.noise-shape` has four letters for batch, height, width and channels; "
          + "n11c is spatial, nhwc element-wise, 1hwc has one mask for all images of a batch.",
        evaluation: "Nothing.", place: "Anywhere; a row has neither height nor width.",
        paper: "Keras, keras.layers.Dropout",
        grid: ["dropout: {kind: noise-shape, noise-shape: nhw1, rate: 0.25, placement: after-pool}"]
      )
    case .gaussian:
      Entry(
        name: kind.rawValue, summary: "Multiplies by a normal number in place of dropping.",
        formula: "y = x·(1 + √(p / (1 − p))·z), z ~ N(0, 1) for each element",
        training: "The factor has mean 1 and the variance p / (1 − p) of element-wise dropout's.",
        evaluation: "Nothing.",
        place: "Anywhere but where a stochastic pool reads: a factor can be negative.",
        paper: "Srivastava et al., JMLR 15, 2014, section 10; Keras, GaussianDropout",
        grid: ["dropout: {kind: gaussian, rate: 0.3, placement: dense}"])
    case .alpha:
      Entry(
        name: kind.rawValue, summary: "Keeps the mean and the variance of SELU's outputs.",
        formula: "y = a·(x·m + α′·(1 − m)) + b, m ~ Bernoulli(1 − p), α′ = −1.7581, "
          + "a = ((1 − p)(1 + p·α′²))^(−1/2), b = −a·α′·p",
        training: "A dropped element is α′, what SELU has far to the left; a and b restore mean 0 "
          + "and variance 1.",
        evaluation: "Nothing.",
        place: "Anywhere but where a stochastic pool reads; it is meant for selu.",
        paper: "Klambauer et al., Self-Normalizing Neural Networks, NeurIPS 2017",
        grid: ["model: {activation: selu}", "dropout: {kind: alpha, rate: 0.1, placement: dense}"])
    case .dropBlock:
      Entry(
        name: kind.rawValue, summary: "Drops squares of neighbouring elements of a map.",
        formula: "y = x·m·(count / kept), m = 0 within size × size of a centre; a centre's "
          + "probability is γ = p / size² · h·w / ((h − size + 1)(w − size + 1)), with full centres "
          + "p / size²",
        training: "`dropout.block-size` is the side of the squares; `dropout.block-channels` says "
          + "whether maps share a pattern, `dropout.block-centres` whether squares may be cut off "
          + "at the border. What is left is scaled by the share that was kept.",
        evaluation: "Nothing.", place: "On maps at least as large as a square.",
        paper: "Ghiasi et al., DropBlock: A regularization method for convolutional networks, "
          + "NeurIPS 2018",
        grid: ["dropout: {kind: drop-block, block-size: 3, rate: 0.1, placement: after-activation}"]
      )
    case .dropConnect:
      Entry(
        name: kind.rawValue, summary: "Drops weights in place of values.",
        formula:
          "y = x·(W·M) / (1 − p) + b·m / (1 − p), M, m ~ Bernoulli(1 − p) for each weight and "
          + "bias",
        training: "One mask a step for the layer that reads the place, for all images of the "
          + "batch; the paper draws one for each image.",
        evaluation: "`dropout.inference: mean` uses all weights; `gaussian`, for dense layers, "
          + "averages the activation over `dropout.inference-samples` quantiles of a normal with "
          + "the mean and variance that training sees before it.",
        place: "Where a convolution or a dense layer reads.",
        paper: "Wan et al., Regularization of Neural Networks using DropConnect, ICML 2013",
        grid: ["dropout: {kind: drop-connect, rate: 0.5, placement: dense.input}"])
    case .maxPooling:
      Entry(
        name: kind.rawValue, summary: "Drops elements of a max pool's windows before it picks.",
        formula:
          "training: y = max(x·m); evaluation: y = Σᵢ (1 − p)·p^(n−i)·x₍ᵢ₎ over the window's "
          + "elements in rising order",
        training: "An element takes part in its window with probability 1 − p and counts as 0 "
          + "otherwise; kept ones are not scaled.",
        evaluation: "Probabilistic pooling: the mean of what training sees.",
        place: "Where a max pool reads, behind an activation that is never negative.",
        paper: "Wu and Gu, Towards Dropout Training for Convolutional Neural Networks, Neural "
          + "Networks 71, 2015",
        grid: ["dropout: {kind: max-pooling, rate: 0.3, placement: before-pool}"])
    }
  }

  static let rateSchedules = [
    Entry(
      name: "constant", summary: "The same rate in every step.", formula: "p(t) = p",
      grid: ["dropout: {rate: 0.5, schedule: constant}"]),
    Entry(
      name: "early", summary: "The rate at first, then none.",
      formula: "p(t) = p for t < k, else 0; k is `dropout.schedule-epochs` in updates",
      place: "Against underfitting.", paper: "Liu et al., Dropout Reduces Underfitting, ICML 2023",
      grid: ["dropout: {rate: 0.5, schedule: early, schedule-epochs: 3}"]),
    Entry(
      name: "late", summary: "None at first, then the rate.",
      formula: "p(t) = 0 for t < k, else p", place: "Against overfitting.",
      paper: "Liu et al., Dropout Reduces Underfitting, ICML 2023",
      grid: ["dropout: {rate: 0.5, schedule: late, schedule-epochs: 3}"]),
    Entry(
      name: "linear", summary: "Down to none in equal steps.",
      formula: "p(t) = p·(1 − t / k) for t < k, else 0",
      paper: "Liu et al., Dropout Reduces Underfitting, ICML 2023",
      grid: ["dropout: {rate: 0.5, schedule: linear, schedule-epochs: 3}"]),
  ]
}
