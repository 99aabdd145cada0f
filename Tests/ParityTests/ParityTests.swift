import CKernels
import Foundation
import TensorCore
import Testing

/// Dropgrid against what PyTorch and Keras computed, tensor by tensor.
///
/// The same initial weights, images and masks; masks come from Dropgrid's own generator here and
/// from numpy in scripts/parity, so that a network in which they differ fails.
@Suite struct ParityTests {
  static let names = (try? Fixture.names()) ?? []

  static let tables = ["scalar", "avx2", "avx512"].compactMap { (name: String) in
    dg_kernels_named(name)?.pointee
  }

  @Test func fixturesAreThere() { #expect(Self.names.count > 20) }

  @Test(arguments: names, [true, false])
  func agrees(name: String, fused: Bool) throws {
    let check = try ParityCheck(name, fused: fused)
    if ProcessInfo.processInfo.environment["DROPGRID_PARITY"] != nil { print(check.summary) }
    #expect(check.problems.isEmpty)
  }

  /// The fixtures named so are computed by Winograd's algorithm.
  @Test(arguments: names.filter { $0.hasPrefix("winograd") })
  func winogradIsInUse(name: String) throws {
    let check = try ParityCheck(name)
    #expect(check.implementations.contains("block1.conv2: Winograd's algorithm"))
  }

  /// The same under each instruction set, in processes of their own.
  @Test(arguments: InstructionSet.allCases.filter(\.isAvailable).map(\.rawValue))
  func agreesOnEveryInstructionSet(name: String) async {
    await #expect(processExitsWith: .success) { [name] in
      let set = try #require(InstructionSet(rawValue: name))
      try Engine.select(set)
      for fixture in ParityTests.names {
        let check = try ParityCheck(fixture)
        #expect(check.problems.isEmpty)
      }
    }
  }

  /// What scripts/parity drew, and what every instruction set's kernel draws.
  @Test(arguments: names)
  func masksAgree(name: String) throws {
    let fixture = try Fixture(name)
    guard let seed = UInt64(fixture.network.maskSeed) else { throw FixtureError(what: "no seed") }
    for layer in fixture.network.layers where layer.layer == "dropout" {
      // DropBlock's blocks and shared decisions show in the trainings only.
      guard let kind = layer.kind, !["drop-block", "shared"].contains(kind) else { continue }
      for step in [0, fixture.network.steps - 1] {
        let mask = "mask\(step)/\(try layer.require(layer.label))"
        let key = dg_random_key(
          seed: seed, step: UInt32(step), name: try layer.randomName().rawValue,
          stream: RandomStream.mask.rawValue, part: 0)
        guard fixture.has(mask) else {
          #expect(try layer.dropout().rate(at: step) == 0)
          continue
        }
        let channels = try layer.require(layer.output.last), words = (channels + 15) / 16
        let pixels = kind == "spatial" ? 1 : layer.output.dropLast().reduce(1, *)
        let rows = fixture.network.batch * pixels
        if kind == "gaussian" {
          var normals = [Float](repeating: 0, count: rows * words * 16)
          Self.tables[0].random_normal(key, 0, 1, &normals, normals.count)
          let rate = try layer.dropout().rate(at: step)
          let factors = (0..<rows * channels).map {
            let normal = normals[$0 / channels * words * 16 + $0 % channels]
            return 1 + Float((rate / (1 - rate)).squareRoot()) * normal
          }
          #expect(relativeError(factors, try fixture.floats(mask)) < 1e-6)
          continue
        }
        let stored = try fixture.bytes(mask)
        for table in Self.tables {
          var bits = [UInt16](repeating: 0, count: rows * words)
          let rate = try layer.dropout().rate(at: step)
          table.mask_bits(key, dropThreshold(rate: rate), &bits, bits.count)
          let agreeing = (0..<rows * channels).count { element in
            let row = element / channels, channel = element % channels
            return bits[row * words + channel / 16] >> (channel % 16) & 1
              == UInt16(stored[element / 8] >> (element % 8) & 1)
          }
          #expect(agreeing == rows * channels)
        }
      }
    }
  }
}
