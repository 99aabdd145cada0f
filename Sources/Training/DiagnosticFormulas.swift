/// Some maps or rows, (count, height, width, channels), and what diagnostics say of them.
///
/// Sums are over elements in that order, in double precision. A figure is NaN where there is
/// nothing to compute it from.
package struct FeatureValues {
  package let count: Int
  package let height: Int
  package let width: Int
  package let channels: Int
  package let values: [Float]

  package init(count: Int, height: Int, width: Int, channels: Int, values: [Float]) {
    precondition(values.count == count * height * width * channels, "a value for each element")
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.values = values
  }

  /// The share of elements that are exactly 0: #{x = 0} / n.
  package var zeroShare: Double {
    Double(values.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }) / Double(values.count)
  }

  /// x̄ = Σx / n.
  package var mean: Double { values.reduce(0) { $0 + Double($1) } / Double(values.count) }

  /// Σ(x − x̄)² / n over all elements.
  package var variance: Double {
    let mean = mean
    return values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      / Double(values.count)
  }

  /// Moran's I (Biometrika 37, 1950) with the four nearest pixels as neighbours, averaged over the
  /// maps that are not constant.
  ///
  /// For a map with mean x̄ over all images and pixels:
  /// I = [Σ over neighbours (x − x̄)(x′ − x̄) / pairs] / [Σ(x − x̄)² / n].
  /// NaN for rows.
  package var neighbourCorrelation: Double {
    let pixels = height * width
    let pairs = count * (height * (width - 1) + (height - 1) * width)
    guard pairs > 0 else { return .nan }
    var (sum, maps) = (0.0, 0)
    values.withUnsafeBufferPointer { x in
      for channel in 0..<channels {
        let total = stride(from: channel, to: x.count, by: channels)
          .reduce(0.0) { $0 + Double(x[$1]) }
        let mean = total / Double(count * pixels)
        var (square, product) = (0.0, 0.0)
        for image in 0..<count {
          for row in 0..<height {
            for column in 0..<width {
              let index = ((image * height + row) * width + column) * channels + channel
              let value = Double(x[index]) - mean
              square += value * value
              if column + 1 < width { product += value * (Double(x[index + channels]) - mean) }
              if row + 1 < height {
                product += value * (Double(x[index + width * channels]) - mean)
              }
            }
          }
        }
        guard square > 0 else { continue }
        sum += product / Double(pairs) / (square / Double(count * pixels))
        maps += 1
      }
    }
    return maps == 0 ? .nan : sum / Double(maps)
  }

  /// Mean |r| over all pairs of features that are not constant, of the first `most` features.
  ///
  /// r is Pearson's correlation over images and pixels:
  /// Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² Σ(y − ȳ)²).
  package func featureCorrelation(most: Int) -> Double {
    let rows = values.count / max(channels, 1)
    let features = (0..<min(most, channels)).compactMap { channel -> [Double]? in
      let column = (0..<rows).map { Double(values[$0 * channels + channel]) }
      let mean = column.reduce(0, +) / Double(rows)
      let norm = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
      return norm > 0 ? column.map { ($0 - mean) / norm } : nil
    }
    var (sum, pairs) = (0.0, 0)
    for (index, first) in features.enumerated() {
      for second in features[(index + 1)...] {
        var r = 0.0
        for row in 0..<rows { r += first[row] * second[row] }
        sum += abs(r)
        pairs += 1
      }
    }
    return pairs == 0 ? .nan : sum / Double(pairs)
  }
}
