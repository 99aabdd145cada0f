import Foundation
import HDF5
import Testing

@Suite struct DatasetTests {
  @Test func numbersComeBackWithTypeAndShape() throws {
    try withTemporaryPath { path in
      do {
        let file = try File.create(path)
        let doubles = try file.createDataset("group/inner/doubles", .float64, shape: [2, 3])
        try doubles.write([1.5, -2, .infinity, 0, 1e-300, 6])
        let bytes = try file.createDataset("bytes", .int8, shape: [2])
        try bytes.write([Int8](arrayLiteral: -1, 7))
        try file.close()
      }
      let file = try File.open(path)
      let doubles = try file.openDataset("group/inner/doubles")
      #expect(try doubles.shape() == [2, 3])
      #expect(try doubles.elementType() == .float64)
      let stored = try doubles.readBytes()
      let values = stored.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
      #expect(values == [1.5, -2, .infinity, 0, 1e-300, 6])
      #expect(try file.openDataset("bytes").readBytes() == [255, 7])
    }
  }

  @Test func theOffsetIsWhereTheBytesAre() throws {
    try withTemporaryPath { path in
      let file = try File.create(path)
      let dataset = try file.createDataset("x", .int32, shape: [3])
      try dataset.write([Int32](arrayLiteral: 0x0102_0304, 5, 6))
      let offset = try #require(try dataset.offset())
      #expect(try dataset.storageSize() == 12)
      try dataset.close()
      try file.close()
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(Array(data[Int(offset)..<Int(offset) + 12]) == [4, 3, 2, 1, 5, 0, 0, 0, 6, 0, 0, 0])
    }
  }

  @Test func fillsStandInTheFileAtOnce() throws {
    try withTemporaryPath { path in
      let file = try File.create(path)
      let real = try file.createDataset("real", .float32, shape: [4], fill: .real(.nan))
      let integer = try file.createDataset("integer", .int32, shape: [2], fill: .integer(-1))
      let zero = try file.createDataset("zero", .text(bytes: 3), shape: [2])
      let never = try file.createDataset("never", .float32, shape: [1000], fill: .never)
      #expect(
        try real.readBytes() == Array(repeating: [0, 0, 0xC0, 0x7F], count: 4).flatMap { $0 })
      #expect(try integer.readBytes() == Array(repeating: 255, count: 8))
      #expect(try zero.readBytes() == Array(repeating: 0, count: 6))
      #expect(try never.storageSize() == 4000)
    }
  }

  @Test func textsOfAnyLengthComeBack() throws {
    try withTemporaryPath { path in
      let texts = ["", "a", "before-pool ü", String(repeating: "x", count: 10_000), "n\0l"]
      do {
        let file = try File.create(path)
        try file.createDataset("texts", .variableText, shape: [5]).write(texts: texts)
        try file.createDataset("one", .variableText, shape: []).write(texts: ["alone"])
        try file.close()
      }
      let file = try File.open(path)
      let dataset = try file.openDataset("texts")
      #expect(try dataset.elementType() == .variableText)
      #expect(try dataset.readTexts() == texts.dropLast() + ["n\u{FFFD}l"])
      let one = try file.openDataset("one")
      #expect(try one.shape() == [])
      #expect(try one.readTexts() == ["alone"])
      #expect(throws: HDF5Error.self) { try file.openDataset("one").readBytes() }
    }
  }

  @Test func everyTypeIsRecognised() throws {
    try withTemporaryPath { path in
      let file = try File.create(path)
      let types: [ElementType] = [
        .int8, .int32, .int64, .float32, .float64, .text(bytes: 32), .variableText,
      ]
      for (index, type) in types.enumerated() {
        let dataset = try file.createDataset("d\(index)", type, shape: [2])
        #expect(try dataset.elementType() == type)
        #expect(try dataset.storageSize() == UInt64(2 * type.size))
      }
      let dimension = try file.createPureDimension("kh", length: 3)
      #expect(try dimension.elementType() == nil)
    }
  }

  @Test func scalesLabelAxes() throws {
    try withTemporaryPath { path in
      let file = try File.create(path)
      let scale = try file.createDataset("trial", .int64, shape: [2])
      try scale.makeScale("trial")
      let dataset = try file.createDataset("loss", .float32, shape: [2, 3])
      try dataset.attach(scale, axis: 0)
      #expect(try dataset.scaleCount(axis: 0) == 1)
      #expect(try dataset.scaleCount(axis: 1) == 0)
    }
  }
}
