internal import CHDF5

/// A file or a group: what holds datasets and groups. Paths are relative, with `/` in between.
public protocol Container: Attributed, ~Copyable {}

/// What a new dataset holds until it is written.
public enum Fill: Sendable, Hashable {
  /// Zero or empty text, written when the dataset is made.
  case zero
  case integer(Int64)
  case real(Double)
  /// Nothing is written: the space stays as the file system gives it.
  case never
}

extension Container where Self: ~Copyable {
  /// Makes a group, and those on the way to it that are missing.
  public func createGroup(_ path: String) throws(HDF5Error) -> Group {
    let location = id
    let links = try Self.linkProperties()
    let linksID = links.raw
    return Group(
      try Library.call("H5Gcreate2", path) {
        H5Gcreate2(location, path, linksID, dgh_default(), dgh_default())
      })
  }

  public func openGroup(_ path: String) throws(HDF5Error) -> Group {
    let location = id
    return Group(try Library.call("H5Gopen2", path) { H5Gopen2(location, path, dgh_default()) })
  }

  /// Whether there is something at `path`; no part of it needs to exist.
  public func contains(_ path: String) throws(HDF5Error) -> Bool {
    let location = id
    var prefix = ""
    for part in path.split(separator: "/") {
      prefix += prefix.isEmpty ? "\(part)" : "/\(part)"
      let exists = try Library.call("H5Lexists", path) {
        H5Lexists(location, prefix, dgh_default())
      }
      if exists == 0 { return false }
    }
    return true
  }

  /// Makes a contiguous dataset whose space is allocated at once.
  ///
  /// - Parameters:
  ///   - path: below this place; groups on the way must exist.
  ///   - type: of an element.
  ///   - shape: lengths of the axes, all at least 1; empty for a single element.
  ///   - fill: what elements hold that are never written.
  public func createDataset(
    _ path: String, _ type: ElementType, shape: [Int], fill: Fill = .zero
  ) throws(HDF5Error) -> Dataset {
    let datatype = try type.makeDatatype()
    return try createDataset(path, datatype: datatype, shape: shape, fill: fill)
  }

  /// Makes a dimension that has a length and a name and no values, as netCDF-4 writes it.
  public func createPureDimension(_ path: String, length: Int) throws(HDF5Error) -> Dataset {
    let datatype = Identifier(
      try Library.call("H5Tcopy") { H5Tcopy(dgh_dimension_only()) }, "H5Tclose", closer: H5Tclose)
    let dataset = try createDataset(path, datatype: datatype, shape: [length], fill: .zero)
    let digits = "\(length)"
    let padding = String(repeating: " ", count: max(0, 10 - digits.count))
    try dataset.makeScale(
      "This is a netCDF dimension but not a netCDF variable. \(padding)\(digits)")
    return dataset
  }

  /// Gives what is at `target` a second name: a hard link, so that neither is the original.
  public func link(_ path: String, to target: String) throws(HDF5Error) {
    let location = id
    let links = try Self.linkProperties()
    let linksID = links.raw
    _ = try Library.call("H5Lcreate_hard", path) {
      H5Lcreate_hard(location, target, location, path, linksID, dgh_default())
    }
  }

  public func openDataset(_ path: String) throws(HDF5Error) -> Dataset {
    let location = id
    return Dataset(
      try Library.call("H5Dopen2", path) { H5Dopen2(location, path, dgh_default()) }, path: path)
  }

  private func createDataset(
    _ path: String, datatype: borrowing Identifier, shape: [Int], fill: Fill
  ) throws(HDF5Error) -> Dataset {
    let (location, type) = (id, datatype.raw)
    let space = try makeDataspace(shape)
    let properties = try Self.datasetProperties(fill)
    let links = try Self.linkProperties()
    let (spaceID, propertiesID, linksID) = (space.raw, properties.raw, links.raw)
    return Dataset(
      try Library.call("H5Dcreate2", path) {
        H5Dcreate2(location, path, type, spaceID, linksID, propertiesID, dgh_default())
      }, path: path)
  }

  private static func linkProperties() throws(HDF5Error) -> Identifier {
    let list = Identifier(
      try Library.call("H5Pcreate") { H5Pcreate(dgh_link_create()) }, "H5Pclose", closer: H5Pclose)
    let id = list.raw
    _ = try Library.call("H5Pset_create_intermediate_group") {
      H5Pset_create_intermediate_group(id, 1)
    }
    _ = try Library.call("H5Pset_char_encoding") { H5Pset_char_encoding(id, H5T_CSET_UTF8) }
    return list
  }

  /// Modification times are left out, so that the same content gives the same file.
  private static func datasetProperties(_ fill: Fill) throws(HDF5Error) -> Identifier {
    let list = Identifier(
      try Library.call("H5Pcreate") { H5Pcreate(dgh_dataset_create()) }, "H5Pclose",
      closer: H5Pclose)
    let id = list.raw
    _ = try Library.call("H5Pset_layout") { H5Pset_layout(id, H5D_CONTIGUOUS) }
    _ = try Library.call("H5Pset_alloc_time") { H5Pset_alloc_time(id, H5D_ALLOC_TIME_EARLY) }
    _ = try Library.call("H5Pset_obj_track_times") { H5Pset_obj_track_times(id, false) }
    let time = fill == .never ? H5D_FILL_TIME_NEVER : H5D_FILL_TIME_ALLOC
    _ = try Library.call("H5Pset_fill_time") { H5Pset_fill_time(id, time) }
    switch fill {
    case .zero, .never: break
    case .integer(var value):
      _ = try Library.call("H5Pset_fill_value") { H5Pset_fill_value(id, dgh_int64(), &value) }
    case .real(var value):
      _ = try Library.call("H5Pset_fill_value") { H5Pset_fill_value(id, dgh_float64(), &value) }
    }
    return list
  }
}

/// A dataspace of fixed lengths; a scalar one where there are no axes.
func makeDataspace(_ shape: [Int]) throws(HDF5Error) -> Identifier {
  precondition(shape.allSatisfy { $0 > 0 }, "an axis has at least one element: \(shape)")
  let lengths = shape.map { UInt64($0) }
  let raw = try Library.call("H5Screate_simple") {
    shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), lengths, nil)
  }
  return Identifier(raw, "H5Sclose", closer: H5Sclose)
}
