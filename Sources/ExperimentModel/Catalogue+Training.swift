extension Catalogue {
  static let optimisers = OptimiserSpec.Name.allCases.map { name in
    switch name {
    case .sgd:
      Entry(
        name: name.rawValue, summary: "Stochastic gradient descent with momentum.",
        formula: "keras: v ← μv − ηg; w ← w + v. pytorch: v ← μv + g; w ← w − ηv",
        training: "`optimiser.momentum`, `nesterov`, `form`.",
        paper: "Nesterov 1983; Sutskever "
          + "et al., ICML 2013",
        grid: ["optimiser: {name: sgd, learning-rate: 0.05, momentum: 0.9}"])
    case .adam:
      Entry(
        name: name.rawValue, summary: "Steps by the gradient's running mean over its running size.",
        formula: "m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − η·m̂ / (√v̂ + ε)",
        training:
          "`optimiser.beta1`, `beta2`, `epsilon`. With `form: keras` ε (1e-7 if left out) is "
          + "added to √v before its bias is corrected, with pytorch (1e-8) after.",
        paper: "Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015",
        grid: ["optimiser: {name: adam, learning-rate: 0.001}"])
    case .adamW:
      Entry(
        name: name.rawValue, summary: "Adam, and weights that shrink on their own.",
        formula: "Adam's step, and w ← w − ηλw",
        training: "`optimiser.weight-decay` is λ.",
        paper: "Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019",
        grid: ["optimiser: {name: adamw, learning-rate: 0.001, weight-decay: 0.01}"])
    }
  }

  static let schedules = [
    Entry(
      name: "constant", summary: "The same rate, or Keras's time-based decay.",
      formula: "η(t) = η / (1 + decay·t)", grid: ["optimiser: {decay: 1e-6}"]),
    Entry(
      name: "step", summary: "Lower after every so many epochs.",
      formula: "η(t) = η·f^⌊t / k⌋; k is `optimiser.step-epochs` in updates, f `step-factor`",
      grid: ["optimiser: {schedule: step, step-epochs: 5, step-factor: 0.1}"]),
    Entry(
      name: "cosine", summary: "Down to 0 along half a cosine.",
      formula: "η(t) = η·(1 + cos(π·t / T)) / 2, T updates in all",
      paper: "Loshchilov and Hutter, SGDR, ICLR 2017", grid: ["optimiser: {schedule: cosine}"]),
    Entry(
      name: "one-cycle", summary: "Up to the learning rate and down to nearly 0.",
      formula: "η / 25 to η over the first 30% of T updates, then to η / 250000, along cosines",
      paper: "Smith and Topin, Super-Convergence, 2018", grid: ["optimiser: {schedule: one-cycle}"]),
  ]

  static let data = [
    Entry(
      name: "fashion-mnist-mini",
      summary: "2,000 + 2,000 images of clothes, 28×28×1, 10 classes; "
        + "in the program itself.", paper: "Xiao et al., Fashion-MNIST, 2017",
      grid: ["data: fashion-mnist-mini"]),
    Entry(
      name: "fashion-mnist", summary: "All 60,000 + 10,000 of them, from Debian's package.",
      paper: "Xiao et al., Fashion-MNIST, 2017", grid: ["data: fashion-mnist"]),
    Entry(
      name: "idx:DIR", summary: "Files of a directory in the format of MNIST.",
      grid: ["data: 'idx:/srv/mnist'"]),
    Entry(
      name: "cifar10:DIR", summary: "CIFAR-10, its binary version in a directory.",
      paper: "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
      grid: ["data: 'cifar10:/srv/cifar-10-batches-bin'"]),
    Entry(
      name: "random:…", summary: "Noise with random labels, the same everywhere.",
      grid: ["data: 'random:28x28x1,classes=10,train=200,test=100,seed=1'"]),
  ]
}
