internal import CHDF5

extension Dataset {
  /// Writes every element of a dataset of `variableText`; a NUL inside becomes U+FFFD.
  public func write(texts: [String]) throws(HDF5Error) {
    let count = try elementCount()
    precondition(texts.count == count, "\(path) takes \(count) texts, not \(texts.count)")
    var bytes: [CChar] = []
    var starts: [Int] = []
    for text in texts {
      starts.append(bytes.count)
      bytes.append(contentsOf: FixedText.withoutNUL(text).utf8.map { CChar(bitPattern: $0) })
      bytes.append(0)
    }
    let datatype = try ElementType.variableText.makeDatatype()
    let (id, typeID) = (id, datatype.raw)
    _ = try Library.call("H5Dwrite", path) {
      bytes.withUnsafeBufferPointer { bytes in
        let pointers = starts.map { start in bytes.baseAddress.map { $0 + start } }
        return pointers.withUnsafeBytes {
          H5Dwrite(id, typeID, dgh_all(), dgh_all(), dgh_default(), $0.baseAddress)
        }
      }
    }
  }

  /// Every element of a dataset of `variableText`; what is not UTF-8 becomes U+FFFD.
  public func readTexts() throws(HDF5Error) -> [String] {
    guard try storedType() == .variableText else { throw failure("no texts of variable length") }
    let count = try elementCount()
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let datatype = try ElementType.variableText.makeDatatype()
    let space = try makeDataspace([max(1, count)])
    let (id, typeID, spaceID) = (id, datatype.raw, space.raw)
    defer {
      Library.callQuietly {
        _ = pointers.withUnsafeMutableBytes {
          H5Dvlen_reclaim(typeID, spaceID, dgh_default(), $0.baseAddress)
        }
      }
    }
    _ = try Library.call("H5Dread", path) {
      pointers.withUnsafeMutableBytes {
        H5Dread(id, typeID, dgh_all(), dgh_all(), dgh_default(), $0.baseAddress)
      }
    }
    return pointers.map { $0.map { String(cString: $0) } ?? "" }
  }
}
