internal import ExperimentModel
internal import Glibc
internal import HDF5

/// What to tell the user of an error that came from below.
enum StoreError {
  /// Of an error that reading the results file `path` threw.
  static func reading(_ path: String, _ error: any Error) -> UserError {
    switch error {
    case let error as UserError: error
    case let error as FormatError: unsound(path, error.message)
    case let error as HDF5Error where error.systemError != nil:
      reading(path, SystemError(call: error.call, code: error.systemError ?? 0))
    case let error as HDF5Error: unsound(path, "HDF5 says \(error)")
    case let error as SystemError where [ENOENT, ENOTDIR].contains(error.code):
      UserError(.badFile, "\(path): there is no such file; check the name")
    case let error as SystemError where [EACCES, EPERM, EROFS].contains(error.code):
      UserError(
        .badFile, "\(path): no permission to open it (\(error)); ask its owner, or copy it")
    case let error as SystemError where error.code == EIO:
      UserError(
        .badFile,
        "\(path): its disk failed (\(error)); what is wrong is not the file: check the disk and "
          + "its cables, and copy the file from it first")
    default:
      UserError(.badFile, "\(path): cannot be read (\(error)); check the name and the disk")
    }
  }

  private static func unsound(_ path: String, _ reason: String) -> UserError {
    UserError(
      .badFile,
      "\(path): not a sound results file: \(reason); name a file that `dropgrid run` wrote, or an "
        + "intact copy of this one")
  }

  /// Of an error that making or writing the results file `path` threw.
  static func writing(_ path: String, _ error: any Error) -> UserError {
    guard let error = error as? SystemError else {
      return (error as? UserError)
        ?? UserError(.badFile, "\(path): cannot be written (\(error)); choose another place")
    }
    let place = directory(of: path)
    return switch error.code {
    case ENOENT where fileKind(place) == S_IFDIR:
      UserError(
        .badFile,
        "\(path): no file can be made in \(place) (\(error)); choose another place")
    case ENOTDIR:
      UserError(
        .badFile,
        "\(path): \(place) is not a directory, or leads through a file; choose another place")
    case ENOENT:
      UserError(
        .badFile, "\(path): there is no directory \(place); make it, or choose another place")
    case EROFS:
      UserError(
        .badFile, "\(path): its file system is read-only (\(error)); choose another place")
    case EACCES, EPERM:
      UserError(
        .badFile,
        "\(path): no permission to write in \(place) (\(error)); choose another place")
    case EDQUOT:
      UserError(
        .badFile,
        "\(path): your quota on its disk is used up (\(error)); every finished trial is safe: free "
          + "some space and continue")
    case ENOSPC:
      UserError(
        .badFile,
        "\(path): its disk is full (\(error)); every finished trial is safe: free some space and "
          + "continue")
    default:
      UserError(.badFile, "\(path): cannot be written (\(error)); choose another place")
    }
  }
}
