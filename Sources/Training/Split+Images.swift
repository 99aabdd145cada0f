import Datasets
import TensorCore

extension PreparedData.Split {
  /// The images where the tensor core can read them, for the duration of `body`.
  func withImages<Result>(
    _ body: (Network.Images) throws -> Result
  ) rethrows -> Result {
    try images.withUnsafeBufferPointer { pixels in
      try labels.withUnsafeBufferPointer { labels in
        guard let pixels = pixels.baseAddress, let labels = labels.baseAddress else {
          preconditionFailure("a split has at least one image")
        }
        return try body(Network.Images(pixels: pixels, labels: labels))
      }
    }
  }
}
