internal import CKernels

// Looking at what flows through an executor; it has to be one without fused stages.
extension Executor {
  /// The numbers that `count` stages have made, as n × h × w × c for the first `rows` images.
  func values(behind count: Int, _ shape: TensorShape, rows: Int) -> [Float] {
    Self.plain(buffer(behind: count), shape, rows: rows)
  }

  /// Gradients of every parameter, and on the way those with respect to what some numbers of
  /// stages have made; nil for those that nobody computes.
  func backward(
    observing counts: [(stages: Int, shape: TensorShape)], rows: Int
  ) -> [[Float]?] {
    var found = [[Float]?](repeating: nil, count: counts.count)
    for index in stages.indices.reversed() where index >= firstTrainable {
      for (place, count) in counts.enumerated() where count.stages == index + 1 {
        found[place] = Self.plain(gradients[index % 2], count.shape, rows: rows)
      }
      stages[index].backward(inputGradient: index > firstTrainable)
    }
    return found
  }

  /// Loss of the first `rows` images with one feature after the other set to 0 at `point`; the
  /// activations in front of it have to be there already, and stay.
  func lossWithoutFeatures(
    at point: ReadPoint, features: Int, rows: Int
  ) -> [BatchLoss] {
    let numbers = buffer(behind: point.leaving)
    let kept = Array(
      UnsafeBufferPointer(start: numbers, count: point.shape.count(batch: batch)))
    var losses: [BatchLoss] = []
    for feature in 0..<features {
      for index in Self.indices(of: feature, point.shape, batch: batch) { numbers[index] = 0 }
      for stage in stages[point.leaving...] { stage.forward(.evaluation) }
      losses.append(loss(rows: rows))
      for index in Self.indices(of: feature, point.shape, batch: batch) {
        numbers[index] = kept[index]
      }
    }
    return losses
  }

  private func buffer(behind count: Int) -> UnsafeMutablePointer<Float> {
    count == 0 ? input.floats : outputs[count - 1]
  }

  /// Where the elements of one channel lie.
  private static func indices(of channel: Int, _ shape: TensorShape, batch: Int) -> [Int] {
    let place = Place(shape)
    return (0..<batch).flatMap { image in
      (0..<shape.shape.pixels).map { place.index(image, $0, channel) }
    }
  }

  private static func plain(
    _ source: UnsafeMutablePointer<Float>, _ shape: TensorShape, rows: Int
  ) -> [Float] {
    let (place, size) = (Place(shape), shape.shape)
    return [Float](unsafeUninitializedCapacity: rows * size.count) { buffer, used in
      for image in 0..<rows {
        for pixel in 0..<size.pixels {
          for channel in 0..<size.channels {
            buffer[(image * size.pixels + pixel) * size.channels + channel] =
              source[place.index(image, pixel, channel)]
          }
        }
      }
      used = rows * size.count
    }
  }

  /// Where an element lies in a layout.
  private struct Place {
    private let image: Int
    private let pixel: Int
    private let block: Int
    private let blockStride: Int

    init(_ shape: TensorShape) {
      image = shape.count(batch: 1)
      switch shape.layout {
      case dg_layout_blocked:
        block = TensorShape.channelBlock
        pixel = block
        blockStride = shape.shape.pixels * block
      case dg_layout_planes:
        block = 1
        pixel = 1
        blockStride = shape.shape.pixels
      default:
        block = shape.shape.channels
        pixel = shape.shape.channels
        blockStride = 0
      }
    }

    func index(_ n: Int, _ p: Int, _ c: Int) -> Int {
      n * image + c / block * blockStride + p * pixel + c % block
    }
  }
}
