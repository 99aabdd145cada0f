internal import ExperimentModel
internal import ResultsStore

/// An event file of TensorBoard: records, each one `tensorflow.Event`.
///
/// A record is its length in eight bytes, the length's masked CRC32C, the bytes, and their masked
/// CRC32C, all little-endian (tensorflow.org/tutorials/load_data/tfrecord).
struct EventFile: Sendable {
  private(set) var bytes: [UInt8] = []

  /// - Parameter time: seconds since 1970-01-01T00:00:00Z.
  init(time: Double) {
    append(
      .message {
        $0.add(1, double: time)
        $0.add(3, text: "brain.Event:2")
      })
  }

  /// Adds values of one step.
  mutating func add(_ values: [Protobuf], step: Int, time: Double) {
    append(
      .message { event in
        event.add(1, double: time)
        event.add(2, varint: UInt64(max(0, step)))
        event.add(5, .message { summary in for value in values { summary.add(1, value) } })
      })
  }

  /// A value of a curve.
  static func scalar(_ tag: String, _ value: Float) -> Protobuf {
    .message {
      $0.add(1, text: tag)
      $0.add(2, float: value)
    }
  }

  /// What the HParams plugin reads: `data` is the field of `HParamsPluginData` with that number.
  static func hyperparameters(_ tag: String, _ field: Int, _ data: Protobuf) -> Protobuf {
    .message { value in
      value.add(1, text: tag)
      value.add(
        9,
        .message { metadata in
          metadata.add(
            1,
            .message { plugin in
              plugin.add(1, text: "hparams")
              plugin.add(2, .message { $0.add(field, data) })
            })
        })
      // Every value has content; the plugin's is a tensor of no float32 at all.
      value.add(
        8,
        .message { tensor in
          tensor.add(1, varint: 1)
          tensor.add(2, .message { $0.add(2, .message { $0.add(1, varint: 0) }) })
        })
    }
  }

  private mutating func append(_ event: Protobuf) {
    let length = littleEndianBytes(UInt64(event.bytes.count))
    bytes += length + Self.masked(length) + event.bytes + Self.masked(event.bytes)
  }

  /// A checksum that is not that of data which holds checksums.
  private static func masked(_ bytes: [UInt8]) -> [UInt8] {
    let checksum = CRC32C.of(bytes)
    return littleEndianBytes((checksum >> 15 | checksum << 17) &+ 0xA282_EAD8)
  }
}
