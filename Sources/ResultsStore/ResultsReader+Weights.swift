public import ExperimentModel
internal import HDF5

extension ResultsReader {
  /// Which weights the file keeps of each trial.
  public var weightsPolicy: WeightsPolicy { stored.weights.isEmpty ? .none : stored.policy }

  /// The epochs whose weights the file has of a trial, ascending; empty where it keeps none or the
  /// trial is not complete.
  ///
  /// - Parameter row: an index into `results.trialIDs`.
  public func weightEpochs(row: Int) -> [Int] {
    precondition(results.trialIDs.indices.contains(row), "there is no row \(row)")
    return stored.keptSnapshots(
      row, epochsRun: results.epochsRun[row], status: results.status[row])
  }

  /// A trial's weights, in the order of `ResolvedNetwork.parameters`; empty where the file keeps
  /// none or the trial is not complete.
  ///
  /// - Parameters:
  ///   - row: an index into `results.trialIDs`.
  ///   - epoch: one of `weightEpochs(row:)`; nil for the last of them.
  /// - Throws: `UserError(.badInput)` where the file has none of that epoch, `.badFile` where the
  ///   weights cannot be read or do not match their checksum.
  public func weights(
    row: Int, epoch: Int? = nil
  ) throws(UserError) -> [(parameter: ParameterShape, values: [Float])] {
    let kept = weightEpochs(row: row)
    guard let last = kept.last else { return [] }
    guard let place = kept.firstIndex(of: epoch ?? last) else {
      throw UserError(
        .badInput,
        "\(path): keeps no weights of epoch \(epoch ?? last) of trial \(row); there are those of "
          + (kept.count == 1 ? "epoch " : "epochs ")
          + kept.map(String.init).joined(separator: ", "))
    }
    return try allWeights(row: row).map { parameter, values in
      let count = parameter.count
      return (parameter, Array(values[place * count..<(place + 1) * count]))
    }
  }

  /// The same for all of `weightEpochs(row:)`, one behind the other.
  func allWeights(
    row: Int
  ) throws(UserError) -> [(parameter: ParameterShape, values: [Float])] {
    let kept = weightEpochs(row: row)
    guard !kept.isEmpty, let (group, place) = stored.weightRow(of: row) else { return [] }
    let places = group.snapshots.map { all in kept.compactMap { all.firstIndex(of: $0) } } ?? [0]
    var checksum = CRC32C()
    var weights: [(parameter: ParameterShape, values: [Float])] = []
    do {
      for parameter in group.parameters {
        let bytes = try stored.weights(group.place(parameter, row: place), in: descriptor)
        checksum.update(bytes)
        let size = bytes.count / group.copies
        weights.append(
          (parameter.shape, places.flatMap { Self.floats(bytes[$0 * size..<($0 + 1) * size]) }))
      }
    } catch {
      throw StoreError.reading(path, error)
    }
    guard littleEndian([Int64(checksum.value)]) == Array(group.checksums.row(place)) else {
      throw UserError(
        .badFile,
        "\(path): the weights of trial \(results.trialIDs[row]) are damaged (their checksum "
          + "does not match); continue the sweep to train it again")
    }
    return weights
  }

  private static func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
    [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, used in
      UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
      used = bytes.count / 4
    }
  }
}
