/// A mean and a deviation per channel, and what each byte becomes under them.
struct PixelScale {
  /// Of pixel values divided by 255, one a channel.
  let mean: [Double]
  let deviation: [Double]
  /// 256 values a channel.
  let table: [Float]

  /// Measures the images `chosen` out of `images`, `size` bytes each.
  ///
  /// Sums and sums of squares are whole numbers, so no order of summation can change the result:
  /// mean = Σb / 255n and deviation = √(nΣb² − (Σb)²) / 255n (the population's). A deviation of
  /// zero becomes 1, so that constant images become 0.
  init(
    images: [UInt8], chosen: ArraySlice<Int>, size: Int, channels: Int,
    standardisation: SplitOptions.Standardisation
  ) {
    var mean = [Double](repeating: 0, count: channels)
    var deviation = [Double](repeating: 1, count: channels)
    if standardisation != .none {
      let histogram = Self.histogram(images, chosen, size: size, channels: channels)
      for c in 0..<channels {
        let bins = standardisation == .global ? 0..<channels * 256 : c * 256..<(c + 1) * 256
        var (count, sum, squares) = (UInt128(0), UInt128(0), UInt128(0))
        for bin in bins {
          let byte = UInt128(bin & 255)
          count += UInt128(histogram[bin])
          sum += byte * UInt128(histogram[bin])
          squares += byte * byte * UInt128(histogram[bin])
        }
        mean[c] = Double(sum) / (Double(count) * 255)
        let spread = count * squares - sum * sum
        if spread > 0 { deviation[c] = Double(spread).squareRoot() / (Double(count) * 255) }
      }
    }
    self.mean = mean
    self.deviation = deviation
    var table: [Float] = []
    table.reserveCapacity(channels * 256)
    for c in 0..<channels {
      for byte in 0..<256 {
        let value = Double(byte) / 255
        table.append(Float((value - mean[c]) / deviation[c]))
      }
    }
    self.table = table
  }

  /// How often each byte occurs in each channel.
  private static func histogram(
    _ images: [UInt8], _ chosen: ArraySlice<Int>, size: Int, channels: Int
  ) -> [Int] {
    var histogram = [Int](repeating: 0, count: channels * 256)
    histogram.withUnsafeMutableBufferPointer { histogram in
      images.withUnsafeBufferPointer { images in
        for image in chosen {
          for c in 0..<channels {
            for index in stride(from: image * size + c, to: (image + 1) * size, by: channels) {
              histogram[c * 256 + Int(images[index])] += 1
            }
          }
        }
      }
    }
    return histogram
  }

  /// The images `chosen` out of `images`, one after the other.
  func scaled(_ images: [UInt8], _ chosen: ArraySlice<Int>, size: Int) -> [Float] {
    let channels = mean.count
    let count = chosen.count * size
    return [Float](unsafeUninitializedCapacity: count) { output, initialized in
      images.withUnsafeBufferPointer { images in
        table.withUnsafeBufferPointer { table in
          for (position, image) in chosen.enumerated() {
            let (source, target) = (image * size, position * size)
            for c in 0..<channels {
              for offset in stride(from: c, to: size, by: channels) {
                output[target + offset] = table[c * 256 + Int(images[source + offset])]
              }
            }
          }
        }
      }
      initialized = count
    }
  }
}
