/// Images that were changed, to see what the network makes of them: (count, height, width, channels).
package struct ChangedImages {
  package let count: Int
  package let height: Int
  package let width: Int
  package let channels: Int
  package let values: [Float]

  package init(count: Int, height: Int, width: Int, channels: Int, values: [Float]) {
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.values = Array(values.prefix(count * height * width * channels))
  }

  /// Each image moved `down` and `right`; what comes in repeats the border's pixels:
  /// y[h, w] = x[clamp(h − down), clamp(w − right)].
  package func shifted(down: Int, right: Int) -> [Float] {
    mapped { row, column in
      (min(max(row - down, 0), height - 1), min(max(column - right, 0), width - 1))
    }
  }

  /// The directions of a shift by `distance`: up, down, left, right.
  package static func shifts(by distance: Int) -> [(down: Int, right: Int)] {
    [(-distance, 0), (distance, 0), (0, -distance), (0, distance)]
  }

  /// Each image with a square of `side` pixels in its channels' means: x̄ over all these images.
  ///
  /// Zeiler and Fergus (ECCV 2014) cover with grey in the same way.
  package func occluded(side: Int, top: Int, left: Int) -> [Float] {
    let pixels = count * height * width
    let grey = (0..<channels).map { channel in
      let sum = stride(from: channel, to: values.count, by: channels)
        .reduce(0.0) { $0 + Double(values[$1]) }
      return Float(sum / Double(pixels))
    }
    var result = values
    for image in 0..<count {
      for row in top..<top + side {
        for column in left..<left + side {
          let start = ((image * height + row) * width + column) * channels
          for channel in 0..<channels { result[start + channel] = grey[channel] }
        }
      }
    }
    return result
  }

  /// Where squares of `side` pixels are put: in the middle and in the middle of each quarter; empty
  /// where the square is larger than the image.
  package func patches(side: Int) -> [(top: Int, left: Int)] {
    guard side <= height, side <= width else { return [] }
    func start(_ size: Int, _ quarters: Int) -> Int {
      min(max((size * quarters - 2 * side) / 4, 0), size - side)
    }
    return [(2, 2), (1, 1), (1, 3), (3, 1), (3, 3)].map {
      (start(height, $0.0), start(width, $0.1))
    }
  }

  private func mapped(_ source: (Int, Int) -> (Int, Int)) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(values.count)
    for image in 0..<count {
      for row in 0..<height {
        for column in 0..<width {
          let (fromRow, fromColumn) = source(row, column)
          let start = ((image * height + fromRow) * width + fromColumn) * channels
          result += values[start..<start + channels]
        }
      }
    }
    return result
  }
}
