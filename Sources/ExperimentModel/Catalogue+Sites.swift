extension Catalogue {
  /// The catalogue's entry of every sort of site.
  public static var sites: [Entry] { SiteWord.allCases.map(entry) }

  private static func entry(_ word: SiteWord) -> Entry {
    func make(_ summary: String, _ place: String, _ one: String) -> Entry {
      Entry(
        name: word.rawValue, summary: summary, place: place,
        grid: ["dropout: {rate: 0.25, placement: \(word.rawValue)}", "dropout.\(one): 0.25"])
    }
    switch word {
    case .input: return make("The images.", "The same point as block1.conv1.input.", "input")
    case .convolutionInput:
      return make(
        "What each convolution reads.",
        "The first one's is the input, or the end of the block before it.",
        "block2.conv1.input.rate")
    case .beforeNorm:
      return make(
        "Between a convolution and its normalisation.", "Blocks with normalisation.",
        "block1.conv1.before-norm.rate")
    case .afterNorm:
      return make(
        "Between normalisation and activation.",
        "Blocks with normalisation; the same point as before-activation.",
        "block1.conv1.after-norm.rate")
    case .beforeActivation:
      return make(
        "What the activation behind a convolution reads.", "Each convolution.",
        "block1.conv1.before-activation.rate")
    case .afterActivation:
      return make(
        "Behind the activation of a convolution.",
        "Each convolution; the last one's is the same point as before-pool where there is a pool, "
          + "any other one's the next convolution's input.",
        "block1.conv1.after-activation.rate")
    case .beforePool:
      return make("What a pool reads.", "Blocks with a pool.", "block1.before-pool.rate")
    case .afterPool:
      return make(
        "Behind a pool, or behind the strided convolution that stands for one.",
        "Blocks with a pool; the same point as the next block's conv1.input, or as the first dense "
          + "layer's input behind the last block.",
        "block1.after-pool.rate")
    case .denseInput:
      return make(
        "What each hidden dense layer reads.",
        "The first one's is the end of the last block, or behind the global average.",
        "dense1.input.rate")
    case .dense:
      return make(
        "Behind the activation of each hidden dense layer.",
        "The same point as the input of the next layer.", "dense1.rate")
    case .logitsInput:
      return make(
        "What the layer of the logits reads.",
        "The same point as behind the last hidden dense layer.", "logits.input.rate")
    }
  }
}
