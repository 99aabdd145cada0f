extension Catalogue {
  static let networks = NetworkSpec.named.map { network in
    let blocks = network.blocks.map { block in
      "\(block.convolutions)×conv\(block.kernel)x\(block.kernel)x\(block.filters) "
        + "(\(block.padding.rawValue)), \(block.pool?.rawValue ?? "no") pool \(block.poolSize)"
    }
    return Entry(
      name: network.name,
      summary: (blocks + network.dense.map { "dense \($0)" } + ["logits"]).joined(separator: "; "),
      place: "`model.dense`, `pool`, `model.activation` and so on change parts of it; "
        + "`model.blocks` makes another network.", grid: ["model: \(network.name)"])
  }

  static let pools =
    PoolKind.allCases.map { kind in
      switch kind {
      case .max:
        Entry(
          name: kind.rawValue, summary: "The largest element of each window.",
          formula: "y = max x", training: "The gradient goes to the first of the largest.",
          evaluation: "The same.", place: "Every block.", grid: ["pool: max"])
      case .average:
        Entry(
          name: kind.rawValue, summary: "The mean of each window.", formula: "y = Σx / n",
          evaluation: "The same.", place: "Every block.", grid: ["pool: average"])
      case .stochastic:
        Entry(
          name: kind.rawValue, summary: "One element of each window, the larger the likelier.",
          formula: "P(y = xᵢ) = xᵢ / Σx", training: "An element is drawn; 0 where all are 0.",
          evaluation: "The mean with the same chances: y = Σx² / Σx.",
          place: "Behind relu or sigmoid: chances are not negative.",
          paper: "Zeiler and Fergus, Stochastic Pooling for Regularization of Deep Convolutional "
            + "Neural Networks, ICLR 2013",
          grid: ["pool: stochastic"])
      }
    } + [
      Entry(
        name: "strided", summary: "No pool; the block's last convolution has its stride.",
        formula: "y[i, j] = conv(x)[s·i, s·j], s = pool-size",
        place: "Blocks with a convolution. after-pool is then behind its activation.",
        paper: "Springenberg et al., Striving for Simplicity: The All Convolutional Net, ICLR 2015",
        grid: ["pool: strided"]),
      Entry(
        name: "none", summary: "No pool.", place: "Every block.", grid: ["pool: none"]),
    ]

  static let activations = ActivationKind.allCases.map { kind in
    let (summary, formula, paper) =
      switch kind {
      case .relu:
        ("0 for what is negative.", "max(0, x)", "Nair and Hinton, ICML 2010")
      case .leakyReLU:
        (
          "A hundredth of what is negative.", "x for x > 0, else \(ActivationKind.leakySlope)·x",
          "Maas et al., ICML 2013"
        )
      case .elu: ("Bends to −1.", "x for x > 0, else eˣ − 1", "Clevert et al., ICLR 2016")
      case .selu:
        (
          "Keeps mean 0 and variance 1 from layer to layer.",
          "λ·x for x > 0, else λα·(eˣ − 1); λ = 1.0507, α = 1.6733",
          "Klambauer et al., Self-Normalizing Neural Networks, NeurIPS 2017"
        )
      case .tanh: ("Between −1 and 1.", "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", "")
      case .sigmoid: ("Between 0 and 1.", "1 / (1 + e⁻ˣ)", "")
      }
    return Entry(
      name: kind.rawValue, summary: summary, formula: formula,
      place: "Behind convolutions (of one block too) and hidden dense layers.", paper: paper,
      grid: ["model: {activation: \(kind.rawValue)}"])
  }

  static let normalisations =
    Normalisation.allCases.map { kind in
      Entry(
        name: kind.rawValue,
        summary: "Batch normalisation of each map, with \(kind.framework)'s defaults.",
        formula: "y = γ·(x − μ) / √(σ² + ε) + β, ε = \(kind.epsilon)",
        training: "μ and σ² are those of the batch's maps; running ones follow them: "
          + kind.momentum,
        evaluation: "μ and σ² are the running ones.",
        place: "Between each convolution and its activation.",
        paper: "Ioffe and Szegedy, Batch Normalization, ICML 2015",
        grid: ["model: {normalisation: \(kind.rawValue)}"])
    } + [
      Entry(name: "none", summary: "No normalisation.", grid: ["model: {normalisation: none}"])
    ]

  static let heads = Head.allCases.map { head in
    switch head {
    case .flatten:
      Entry(
        name: head.rawValue, summary: "Dense layers read all elements of the last maps.",
        grid: ["model: {head: flatten}"])
    case .globalAverage:
      Entry(
        name: head.rawValue, summary: "Dense layers read the mean of each of the last maps.",
        formula: "y[c] = Σ x[h, w, c] / (H·W)",
        paper: "Lin et al., Network In Network, ICLR 2014",
        grid: ["model: {head: global-average}"])
    }
  }

  static let initialisers = Initialiser.allCases.map { kind in
    let (formula, paper) =
      switch kind {
      case .glorotUniform: ("U(−a, a), a = √(6 / (fan-in + fan-out))", glorot)
      case .glorotNormal:
        ("N(0, 2 / (fan-in + fan-out)), cut off at two deviations, as in Keras", glorot)
      case .heUniform: ("U(−a, a), a = √(6 / fan-in)", he)
      case .heNormal: ("N(0, 2 / fan-in), cut off at two deviations, as in Keras", he)
      }
    return Entry(
      name: kind.rawValue, summary: "Initial kernels of every layer; biases are 0.",
      formula: formula, paper: paper, grid: ["model: {initialiser: \(kind.rawValue)}"])
  }

  private static let glorot = "Glorot and Bengio, AISTATS 2010"
  private static let he = "He et al., Delving Deep into Rectifiers, ICCV 2015"
}
