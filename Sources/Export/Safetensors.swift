public import ExperimentModel

/// A trial's weights in the safetensors format, named and laid out as PyTorch has them.
///
/// `block1.conv1.weight` is (out, in, kh, kw), `dense1.weight` (out, in), biases are (out). A
/// normalisation has `weight`, `bias`, `running_mean` and `running_var`. PyTorch flattens images in (c, h, w) order, so the columns of the first dense weight follow that. The
/// format: eight bytes of length, a JSON header, then the numbers, little-endian, in the order of
/// the header (github.com/huggingface/safetensors).
public enum Safetensors {
  /// The bytes of the file; its metadata tell the trial's settings and last figures.
  ///
  /// - Throws: `UserError(.badFile)` where the shapes do not fit together.
  public static func file(_ weights: TrialWeights) throws(UserError) -> [UInt8] {
    let tensors = try tensors(weights)
    var metadata = [("format", JSONValue.text("pt"))]
    metadata += weights.settings.map { ($0.name, .text($0.value)) }
    metadata += weights.figures.map { ($0.metric.rawValue, .text("\($0.value)")) }
    var members = [("__metadata__", JSONValue.object(metadata))]
    var offset = 0
    for tensor in tensors {
      let end = offset + 4 * tensor.values.count
      members.append(
        (
          tensor.name,
          .object([
            ("dtype", .text("F32")), ("shape", .array(tensor.shape.map { .integer($0) })),
            ("data_offsets", .array([.integer(offset), .integer(end)])),
          ])
        ))
      offset = end
    }
    var header = Array(JSONValue.object(members).text.utf8)
    header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    var bytes = littleEndianBytes(UInt64(header.count)) + header
    bytes.reserveCapacity(bytes.count + offset)
    for tensor in tensors { tensor.values.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }

  /// An array as PyTorch has it.
  struct Tensor {
    var name: String
    var shape: [Int]
    var values: [Float]
  }

  static func tensors(_ weights: TrialWeights) throws(UserError) -> [Tensor] {
    // Channels of what comes in: the image's, then those of the last convolution.
    var channels = weights.imageChannels
    var isFlattened = false
    var tensors: [Tensor] = []
    for (shape, values) in weights.parameters {
      let name = "\(shape.layer).\(shape.role.torchName)"
      switch (shape.role, shape.shape.count) {
      case (.bias, _), (.gamma, _), (.beta, _), (.movingMean, _), (.movingVariance, _):
        tensors.append(Tensor(name: name, shape: shape.shape, values: values))
      case (.kernel, 4):
        let (kh, kw, input, output) = (
          shape.shape[0], shape.shape[1], shape.shape[2], shape.shape[3]
        )
        channels = output
        tensors.append(
          Tensor(
            name: name, shape: [output, input, kh, kw],
            values: transposed(values, rows: kh * kw * input, columns: output).reordered(
              outer: output, rows: kh * kw, columns: input)))
      case (.kernel, 2):
        let (input, output) = (shape.shape[0], shape.shape[1])
        var matrix = transposed(values, rows: input, columns: output)
        if !isFlattened {
          guard input % channels == 0 else {
            throw UserError(
              .badFile,
              "the weights of trial \(weights.id) are damaged: \(shape.name) has \(input) inputs "
                + "for \(channels) channels; use an intact copy of the results file")
          }
          // A row is (h·w, c); PyTorch has (c, h·w).
          matrix = matrix.reordered(outer: output, rows: input / channels, columns: channels)
          isFlattened = true
        }
        tensors.append(Tensor(name: name, shape: [output, input], values: matrix))
      default:
        throw UserError(
          .badFile,
          "the weights of trial \(weights.id) are damaged: \(shape.name) has shape \(shape.shape); "
            + "use an intact copy of the results file")
      }
    }
    return tensors
  }

  /// A rows × columns matrix, columns first.
  private static func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    values.reordered(outer: 1, rows: rows, columns: columns)
  }
}

extension ParameterShape.Role {
  /// The name in a `state_dict`.
  fileprivate var torchName: String {
    switch self {
    case .kernel, .gamma: "weight"
    case .bias, .beta: "bias"
    case .movingMean: "running_mean"
    case .movingVariance: "running_var"
    }
  }
}

extension [Float] {
  /// Transposes each of `outer` matrices of rows × columns.
  fileprivate func reordered(outer: Int, rows: Int, columns: Int) -> [Float] {
    precondition(count == outer * rows * columns, "\(count) is not \(outer)×\(rows)×\(columns)")
    return [Float](unsafeUninitializedCapacity: count) { result, initialized in
      for matrix in 0..<outer {
        let base = matrix * rows * columns
        for row in 0..<rows {
          for column in 0..<columns {
            result[base + column * rows + row] = self[base + row * columns + column]
          }
        }
      }
      initialized = count
    }
  }
}

/// The bytes of a number as every machine that Swift supports stores it.
func littleEndianBytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
