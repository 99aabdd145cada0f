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

  /// The fixtures named so are computed by Winograd's algorithm where oneDNN has it.
  @Test(
    .enabled(if: Engine.description.contains("kernels avx512")),
    arguments: names.filter { $0.hasPrefix("winograd") })
  func winogradIsInUse(name: String) throws {
    let check = try ParityCheck(name)
    #expect(check.implementations.contains { $0.contains("block1.conv2: forward jit_wino") })
  }

  /// The same under each instruction set of oneDNN and our kernels, in processes of their own.
  @Test(
    arguments: [("SSE41", "scalar"), ("AVX2", "avx2"), ("AVX512_CORE", "avx512")].filter {
      dg_kernels_named($0.1) != nil
    })
  func agreesOnEveryInstructionSet(library: String, kernels: String) async {
    await #expect(processExitsWith: .success) { [library, kernels] in
      // Before oneDNN's first use.
      setenv("ONEDNN_MAX_CPU_ISA", library, 1)
      try #require(Engine.description.contains("kernels \(kernels);"))
      for name in ParityTests.names {
        let check = try ParityCheck(name)
        if ProcessInfo.processInfo.environment["DROPGRID_PARITY"] != nil { print(check.summary) }
        #expect(check.problems.isEmpty)
      }
    }
  }

  /// The decisions that scripts/parity drew, and those of every instruction set's kernel.
  @Test(arguments: names)
  func masksAgree(name: String) throws {
    let fixture = try Fixture(name)
    guard let seed = UInt64(fixture.network.maskSeed) else { throw FixtureError(what: "no seed") }
    for layer in fixture.network.layers where layer.layer == "dropout" {
      let label = try layer.require(layer.label), rate = try layer.require(layer.rate)
      let channels = try layer.require(layer.output.last), words = (channels + 15) / 16
      let pixels = layer.kind == "spatial" ? 1 : layer.output.dropLast().reduce(1, *)
      let count = fixture.network.batch * pixels
      for step in [0, fixture.network.steps - 1] {
        let stored = try fixture.bytes("mask\(step)/\(label)")
        for table in Self.tables {
          var bits = [UInt16](repeating: 0, count: count * words)
          let key = dg_random_key(
            seed: seed, step: UInt32(step), name: try layer.randomName().rawValue,
            stream: RandomStream.mask.rawValue)
          table.mask_bits(key, dropThreshold(rate: rate), &bits, bits.count)
          let agreeing = (0..<count * channels).filter { element in
            let row = element / channels, channel = element % channels
            return bits[row * words + channel / 16] >> (channel % 16) & 1
              == UInt16(stored[element / 8] >> (element % 8) & 1)
          }
          #expect(agreeing.count == count * channels)
        }
      }
    }
  }
}
