internal import CHDF5

extension Dataset {
  /// Makes this dataset a dimension scale with the given name.
  public func makeScale(_ name: String) throws(HDF5Error) {
    let id = id
    _ = try Library.call("H5DSset_scale", path) { H5DSset_scale(id, name) }
  }

  /// Says that `scale` labels axis `axis`. Label every axis of a dataset or none: netCDF-4
  /// readers fail on a mixture.
  public func attach(_ scale: borrowing Dataset, axis: Int) throws(HDF5Error) {
    let (id, scaleID) = (id, scale.id)
    _ = try Library.call("H5DSattach_scale", path) {
      H5DSattach_scale(id, scaleID, UInt32(axis))
    }
  }

  /// How many scales label axis `axis`.
  public func scaleCount(axis: Int) throws(HDF5Error) -> Int {
    let id = id
    return Int(
      try Library.call("H5DSget_num_scales", path) { H5DSget_num_scales(id, UInt32(axis)) })
  }
}
