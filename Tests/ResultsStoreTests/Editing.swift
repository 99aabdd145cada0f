import Foundation
import HDF5
import Testing

/// Changes the first byte of one row of a dataset, behind the library's back.
func edit(_ path: String, _ dataset: String, row: Int, _ change: (UInt8) -> UInt8) throws {
  let offset: Int
  do {
    let file = try File.open(path)
    let dataset = try file.openDataset(dataset)
    let rowBytes = Int(try dataset.storageSize()) / (try #require(try dataset.shape().first))
    offset = Int(try #require(try dataset.offset())) + row * rowBytes
  }
  var data = try contents(path)
  data[offset] = change(data[offset])
  try overwrite(path, data)
}
