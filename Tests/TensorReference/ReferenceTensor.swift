/// Height, width and channels of one image; a dense layer's output is 1×1×units.
package struct ReferenceShape: Sendable, Hashable {
  package var height: Int
  package var width: Int
  package var channels: Int

  package init(height: Int, width: Int, channels: Int) {
    precondition(
      height >= 1 && width >= 1 && channels >= 1,
      "a shape of \(height)×\(width)×\(channels) holds nothing")
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Numbers in one image.
  package var count: Int { height * width * channels }
}

/// Numbers over the axes (n, h, w, c), batch, row, column and channel, with c running fastest.
package struct ReferenceTensor: Sendable, Hashable {
  /// Images in the batch, the length of axis n.
  package let batch: Int
  /// Lengths of the axes h, w and c.
  package let shape: ReferenceShape
  /// Every number, in the order (n, h, w, c).
  package var values: [Double]

  package init(batch: Int, shape: ReferenceShape, values: [Double]) {
    precondition(
      batch >= 0 && values.count == batch * shape.count,
      "\(values.count) values are not \(batch) images of \(shape.count) numbers")
    self.batch = batch
    self.shape = shape
    self.values = values
  }

  /// A tensor of zeros.
  package init(batch: Int, shape: ReferenceShape) {
    self.init(
      batch: batch, shape: shape, values: Array(repeating: 0, count: batch * shape.count))
  }

  /// The number at one position; reads and writes.
  package subscript(n: Int, h: Int, w: Int, c: Int) -> Double {
    get { values[index(n, h, w, c)] }
    set { values[index(n, h, w, c)] = newValue }
  }

  private func index(_ n: Int, _ h: Int, _ w: Int, _ c: Int) -> Int {
    ((n * shape.height + h) * shape.width + w) * shape.channels + c
  }
}
