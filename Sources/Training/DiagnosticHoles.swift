extension FeatureValues {
  /// The sizes of the holes: sets of exact zeros of one map that hang together by their sides.
  ///
  /// In the order of their first element (by image, channel, row, column); empty for rows.
  package var holes: [Int] {
    guard height * width > 1 else { return [] }
    var sizes: [Int] = []
    var isOpen = [Bool](repeating: false, count: height * width)
    var stack: [Int] = []
    for image in 0..<count {
      for channel in 0..<channels {
        let start = image * height * width
        for pixel in isOpen.indices {
          isOpen[pixel] = values[(start + pixel) * channels + channel] == 0
        }
        for pixel in isOpen.indices where isOpen[pixel] {
          sizes.append(take(pixel, &isOpen, &stack))
        }
      }
    }
    return sizes
  }

  /// Closes the hole that `pixel` is in; its size.
  private func take(_ pixel: Int, _ isOpen: inout [Bool], _ stack: inout [Int]) -> Int {
    var size = 0
    stack.append(pixel)
    isOpen[pixel] = false
    while let pixel = stack.popLast() {
      size += 1
      let (row, column) = pixel.quotientAndRemainder(dividingBy: width)
      func visit(_ next: Int, _ isInside: Bool) {
        guard isInside, isOpen[next] else { return }
        isOpen[next] = false
        stack.append(next)
      }
      visit(pixel - width, row > 0)
      visit(pixel + width, row + 1 < height)
      visit(pixel - 1, column > 0)
      visit(pixel + 1, column + 1 < width)
    }
    return size
  }
}

/// How large holes are.
package enum HoleSizes {
  /// Σ size / number; NaN where there are none.
  package static func mean(_ sizes: [Int]) -> Double {
    sizes.isEmpty ? .nan : Double(sizes.reduce(0, +)) / Double(sizes.count)
  }

  /// The share of holes whose size is at least `classes[i]` and below `classes[i + 1]`; NaN where
  /// there are none.
  package static func shares(_ sizes: [Int], classes: [Int]) -> [Double] {
    guard !sizes.isEmpty else { return classes.map { _ in .nan } }
    return classes.indices.map { index in
      let next = index + 1 < classes.count ? classes[index + 1] : .max
      return Double(sizes.count { $0 >= classes[index] && $0 < next }) / Double(sizes.count)
    }
  }
}
