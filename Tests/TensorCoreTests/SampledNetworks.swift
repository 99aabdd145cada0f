import TensorCore

/// Networks with strides, global averages, pools that draw, and DropConnect.
enum SampledNetworks {
  static let all: [(String, FeatureShape, [TestNetwork.Part])] = {
    let gray = FeatureShape(height: 10, width: 9, channels: 1)
    let colour = FeatureShape(height: 9, width: 12, channels: 3)
    return [
      (
        "strides, same", colour,
        [
          .strided(16, kernel: 3, stride: 2, same: true),
          .strided(32, kernel: 3, stride: 2, same: true),
          .strided(10, kernel: 4, stride: 3, same: true), .dense(4),
        ]
      ),
      (
        "strides, valid", gray,
        [
          .strided(10, kernel: 3, stride: 2, same: false),
          .strided(16, kernel: 2, stride: 2, same: false), .dense(4),
        ]
      ),
      (
        "stride beyond the kernel", gray,
        [
          .convolution(16), .strided(16, kernel: 1, stride: 2, same: true),
          .strided(16, kernel: 3, stride: 4, same: true), .dense(4),
        ]
      ),
      ("global average", colour, [.convolution(20), .globalAverage, .dense(7), .dense(4)]),
      (
        "global average with dropout", gray,
        [
          .convolution(16), .dropout(.spatial, 0.3), .globalAverage, .dropout(.spatial, 0.4),
          .dense(4),
        ]
      ),
      (
        "stochastic pools", gray,
        [
          .convolution(20), .stochasticPool(), .convolution(16), .stochasticPool(size: 3),
          .dense(4),
        ]
      ),
      (
        "signed maps into a stochastic pool", colour,
        [
          .linear(16), .activation(.tanh), .dropout(.elementWise, 0.3), .stochasticPool(),
          .dropout(.spatial, 0.3), .dense(4),
        ]
      ),
      (
        "max-pooling dropout", gray,
        [
          .convolution(20), .maxPoolingDropout(0.4), .convolution(16),
          .maxPoolingDropout(0.7, size: 3), .dropout(.elementWise, 0.2), .dense(4),
        ]
      ),
      (
        "signed maps into max-pooling dropout", colour,
        [.linear(16), .activation(.tanh), .maxPoolingDropout(0.3), .dense(4)]
      ),
      (
        "DropConnect", colour,
        [
          .dropConnect(0.3), .convolution(16), .dropConnect(0.2), .convolution(32), .pool(.max),
          .dropConnect(0.5), .dense(9, dropout: 0.2), .dropConnect(0.4), .dense(4),
        ]
      ),
      (
        "DropConnect, odd channels, stride", gray,
        [
          .convolution(10), .dropConnect(0.3), .strided(21, kernel: 3, stride: 2, same: true),
          .dense(4),
        ]
      ),
    ]
  }()
}
