internal import HDF5

/// The layout of a results file, format version 2.
///
/// Every dataset is contiguous and stands at its final place before the first trial is trained, so
/// that a finished trial is a few writes at known offsets and HDF5's own structure never changes.
///
///     /  @Conventions @format @format_version @title @question @creator @history @engine
///        @weights_policy @stopping     as the grid says it; the second where trials stop early
///        @coordinates                  the names of the canonical columns, in order
///        trial i64[N], epoch i32[E]    dimension scales: 0…N-1 and 1…E
///        <column>                      f64[N], i64[N] or variable text [N], @path
///        architecture                  variable text [N]: a group of weights/
///        generation i64[N]             only where the sweep was extended
///        trial_id … <metric>           the row columns, see `RowSchema`
///        row_crc32c i64[N]             @columns: what it covers, in order
///     diagnostics/  where the grid asks for them: site text[S], hole, shift, patch i64 (dimension
///        scales), site_window i64[S], <figure> f32[N, E, further axes]: row columns
///     cells/  @coordinates, cell i64[M], <column>, cell_trial i64[M], cell_rule text [M]
///     weights/<architecture>/  row i64[R], trial_of_row i64[R], crc32c i64[R],
///        parameters text [P], <layer>/kernel f32[R,(kh,kw,)in,out], <layer>/bias f32[R,out];
///        with the policy `every k` all of them have the axis snapshot behind R, and there is
///        snapshot i32[S]           dimension scale: the epochs whose weights are kept
///     provenance/  grid, plan (JSON), comparisons/, data/, extensions/, sessions/ (64 slots)
///
/// **Checksums.** `row_crc32c[r]` is CRC32C (Castagnoli: reflected polynomial 0x82F63B78, start
/// and final exclusive-or 0xFFFFFFFF) over the stored little-endian bytes of element `r` of each
/// dataset named in its attribute `columns`, in that order; where the file keeps weights, the
/// eight bytes of `weights/<architecture[r]>/crc32c` of the trial's row follow. That value in turn
/// is the CRC32C over the trial's row of each dataset named in `parameters`, in that order. The
/// two levels let a reader check every figure without reading the weights. A trial that ended
/// without weights has NaN for all of them, and so has a snapshot that a trial did not reach. Only a
/// row whose status is not 0 has a checksum.
///
/// **Version 1** has no `weights_epoch`, `weights_policy` and `stopping`: it keeps final weights or
/// none, and no trial stops early. It is read and continued as it is; `FormatUpgrade` makes it
/// version 2.
///
/// Everything else, HDF5's own structure included, is under the `Seal` at the end of the file.
///
/// **Rows.** The status byte is written, and synced, after everything else of the row is.
public enum FileFormat {
  /// The value of the root attribute `format`.
  public static let name = "dropgrid"
  /// The version of new files.
  public static let version = 2
  /// The oldest version that is read.
  public static let oldestVersion = 1

  static let trialIDBytes = 32
  static let messageBytes = 240
  /// Wide enough for every engine so far; a longer name gets a wider column.
  static let engineBytes = 64
  /// Runs that can write to one file; later ones share the last slot.
  static let sessionSlots = 64
  /// The library keeps a list of attachments per scale in an attribute of at most 64 KiB.
  static let mostParameters = 4000
  /// Longer attributes are cut: an attribute has to fit into 64 KiB with its header.
  static let attributeBytes = 32768
  /// An attribute that lists names cannot be cut.
  static let nameListBytes = 60000

  static let status = "status"
  static let weightsEpoch = "weights_epoch"
  static let weightsEpochName = "epoch of the weights, the last where there are several; 0 for none"
  static let checksum = "row_crc32c"
  static let diagnostics = "diagnostics/"
  static let generation = "generation"
  static let sessionColumns: [RowColumn] = [
    RowColumn(name: "command_line", type: .text(bytes: 1024)),
    RowColumn(name: "host", type: .text(bytes: 128)),
    RowColumn(name: "cpu", type: .text(bytes: 128)),
    RowColumn(name: "versions", type: .text(bytes: 256)),
    RowColumn(name: "git_commit", type: .text(bytes: 64)),
    RowColumn(name: "start", type: .float64),
    RowColumn(name: "end", type: .float64),
  ]
}
