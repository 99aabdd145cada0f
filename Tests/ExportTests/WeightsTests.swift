import ExperimentModel
import Export
import Foundation
import HDF5
import ResultsStore
import Testing

@Suite struct WeightsTests {
  @Test func kerasFindsEveryArrayInBothDialects() async throws {
    try await Sweeps.withReader { reader, directory throws in
      let bytes = try KerasWeights.file(TrialWeights(reader, .row(2)))
      let path = directory + "/x.weights.h5"
      try OutputFile(path).write(bytes)
      let file = try File.open(path)
      let names = [("conv2d", 0), ("dense", 2), ("dense_1", 4)]
      let expected = Sweeps.weights(Sweeps.plan(), 2)
      for (name, first) in names {
        for (index, role) in ["kernel", "bias"].enumerated() {
          let dataset = try file.openDataset("layers/\(name)/vars/\(index)")
          #expect(try dataset.shape() == Sweeps.parameters[first + index].shape)
          #expect(try floats(dataset.readBytes()) == expected[first + index])
          #expect(try file.openDataset("\(name)/\(role)").offset() == dataset.offset())
        }
      }
      #expect(try file.contains("vars"))
      #expect(try file.textAttribute("dropgrid_trial") == "\(reader.results.trialIDs[2])")
      #expect(Data(bytes).range(of: Data("conv2d\0dense\0\0dense_1".utf8)) != nil)
    }
  }

  @Test func safetensorsHavePyTorchsOrder() async throws {
    try await Sweeps.withReader { reader, _ throws in
      let file = try Parsed(Safetensors.file(TrialWeights(reader, .row(0))))
      #expect(
        file.names == [
          "block1.conv1.weight", "block1.conv1.bias", "dense1.weight", "dense1.bias",
          "logits.weight", "logits.bias",
        ])
      // (kh 3, kw 1, in 2, out 3) → (out, in, kh, kw)
      let (shape, convolution) = try file.tensor("block1.conv1.weight")
      #expect(shape == [3, 2, 3, 1])
      for (o, i, kh) in [(0, 0, 0), (2, 1, 0), (1, 0, 2), (2, 1, 2)] {
        #expect(convolution[(o * 2 + i) * 3 + kh] == Float((kh * 2 + i) * 3 + o))
      }
      // Rows (position 6, channel 3) → columns (channel, position)
      let (denseShape, dense) = try file.tensor("dense1.weight")
      #expect(denseShape == [5, 18])
      for (o, position, channel) in [(0, 0, 0), (4, 1, 0), (3, 0, 1), (2, 5, 2), (4, 3, 1)] {
        #expect(
          dense[o * 18 + channel * 6 + position]
            == Float(2000 + (position * 3 + channel) * 5 + o))
      }
      // Later layers are only transposed.
      let (_, logits) = try file.tensor("logits.weight")
      #expect(logits[3 * 5 + 1] == Float(4000 + 1 * 4 + 3))
      #expect(try file.tensor("logits.bias").values == [5000, 5001, 5002, 5003])
      #expect(file.metadata["format"] == "pt")
      #expect(file.metadata["dropout.rate"] == "0")
      #expect(file.metadata["dropout.kind"] == nil)
      #expect(file.metadata["title"] == "A \"sweep\"")
      #expect(file.metadata["test_loss"] == "2.5")
      #expect(file.metadata["trial"] == "0")
      #expect(file.metadata["configuration"]?.contains("batch=32\nepochs=2") == true)
    }
  }

  @Test func normalisationsHaveTheirNamesInBoth() async throws {
    let roles: [ParameterShape.Role] = [.gamma, .beta, .movingMean, .movingVariance]
    let parameters =
      Array(Sweeps.parameters.prefix(2))
      + roles.map { ParameterShape(layer: "block1.norm1", role: $0, shape: [3]) }
      + Array(Sweeps.parameters.suffix(4))
    try await Sweeps.withReader(Sweeps.plan(parameters: parameters)) { reader, directory throws in
      let weights = try TrialWeights(reader, .row(2))
      let torch = try Parsed(Safetensors.file(weights))
      let path = directory + "/x.weights.h5"
      try OutputFile(path).write(KerasWeights.file(weights))
      let keras = try File.open(path)
      let names = ["weight", "bias", "running_mean", "running_var"]
      for (index, (role, name)) in zip(roles, names).enumerated() {
        let expected = Sweeps.weights(Sweeps.plan(parameters: parameters), 2)[2 + index]
        #expect(try torch.tensor("block1.norm1.\(name)").values == expected)
        let dataset = try keras.openDataset("layers/batch_normalization/vars/\(index)")
        #expect(try floats(dataset.readBytes()) == expected)
        #expect(
          try keras.openDataset("batch_normalization/\(role.rawValue)").offset()
            == dataset.offset())
      }
      #expect(try keras.contains("layers/dense_1/vars/1"))
    }
  }

  /// Six inputs of two channels: (position, channel) becomes (channel, position).
  @Test func withoutConvolutionsTheImagesChannelsCount() async throws {
    try await Sweeps.withReader(Sweeps.plan(parameters: Sweeps.dense)) { reader, _ throws in
      let file = try Parsed(Safetensors.file(TrialWeights(reader, .row(0))))
      #expect(
        try file.tensor("logits.weight").values == [0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11])
    }
  }

  @Test func trialsWithoutWeightsAreErrors() async throws {
    try await Sweeps.withReader { reader, _ throws in
      expectUserError(.badInput, "trial 1 has no weights", "it is diverged") {
        try TrialWeights(reader, .row(1))
      }
      expectUserError(.badInput, "it is pending") { try TrialWeights(reader, .row(3)) }
    }
    try await Sweeps.withReader(Sweeps.plan(weights: .none)) { reader, _ throws in
      expectUserError(.badInput, "weights: final") { try TrialWeights(reader, .best) }
    }
  }

  @Test func shapesThatDoNotFitAreErrors() async throws {
    let odd = [ParameterShape(layer: "logits", role: .kernel, shape: [7, 2])]
    try await Sweeps.withReader(Sweeps.plan(parameters: odd)) { reader, _ throws in
      let weights = try TrialWeights(reader, .row(0))
      expectUserError(.badFile, "7 inputs", "2 channels") { try Safetensors.file(weights) }
    }
    let flat = [ParameterShape(layer: "logits", role: .kernel, shape: [2, 2, 2])]
    try await Sweeps.withReader(Sweeps.plan(parameters: flat)) { reader, _ throws in
      let weights = try TrialWeights(reader, .row(0))
      expectUserError(.badFile, "[2, 2, 2]") { try Safetensors.file(weights) }
    }
    try await Sweeps.withReader(Sweeps.plan(dataName: "elsewhere")) { reader, _ throws in
      expectUserError(.badFile, "which images") { try TrialWeights(reader, .row(0)) }
    }
  }

  private func floats(_ bytes: [UInt8]) -> [Float] {
    bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
      }
    }
  }

  /// A safetensors file, read by its specification.
  private struct Parsed {
    var header: [String: Any]
    var data: [UInt8]
    var names: [String]

    init(_ bytes: [UInt8]) throws {
      let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      #expect(length % 8 == 0)
      let text = Data(bytes[8..<8 + length])
      header = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
      data = Array(bytes[(8 + length)...])
      let ends = header.compactMapValues { ($0 as? [String: Any])?["data_offsets"] as? [Int] }
      names = ends.sorted { $0.value[0] < $1.value[0] }.map(\.key)
      // One after the other, without a hole, up to the end.
      var offset = 0
      for name in names {
        #expect(ends[name]?[0] == offset)
        offset = ends[name]?[1] ?? -1
      }
      #expect(offset == data.count)
    }

    var metadata: [String: String] { header["__metadata__"] as? [String: String] ?? [:] }

    func tensor(_ name: String) throws -> (shape: [Int], values: [Float]) {
      let entry = try #require(header[name] as? [String: Any])
      #expect(entry["dtype"] as? String == "F32")
      let offsets = try #require(entry["data_offsets"] as? [Int])
      let values = data[offsets[0]..<offsets[1]].withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 4).map {
          bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
        }
      }
      return (try #require(entry["shape"] as? [Int]), values)
    }
  }
}
