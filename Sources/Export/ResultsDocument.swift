internal import ExperimentModel
public import ResultsStore

/// A results file's tables as one JSON document.
///
///     {"format": "dropgrid-tables", "format_version": 1, "title": …, "question": …, "engine": …,
///      "trials": [{…}, …], "epochs": [{…}, …], "cells": [{…}, …]}
///
/// Each row is an object with the names of the columns. A number that is missing or not finite is
/// `null`, because JSON has no other word for it.
public enum ResultsDocument {
  /// The document, one row a line, with a line's end after the last.
  public static func json(of reader: ResultsReader) -> [UInt8] {
    let head: [(String, JSONValue)] = [
      ("format", .text("dropgrid-tables")), ("format_version", .integer(1)),
      ("title", .text(reader.results.title)), ("question", .text(reader.results.question)),
      ("engine", .text(reader.engine)),
    ]
    var bytes = Array("{".utf8)
    for (index, (name, value)) in head.enumerated() {
      if index > 0 { bytes.append(contentsOf: ",\n".utf8) }
      JSONValue.text(name).write(to: &bytes)
      bytes.append(contentsOf: ": ".utf8)
      value.write(to: &bytes)
    }
    for table in ResultTable.all(of: reader) { table.write(to: &bytes) }
    bytes.append(contentsOf: "}\n".utf8)
    return bytes
  }
}

extension ResultTable {
  /// Appends the table as a member of an object that has others.
  fileprivate func write(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: ",\n\"\(name)\": [".utf8)
    for row in 0..<rowCount {
      bytes.append(contentsOf: (row > 0 ? ",\n" : "\n").utf8)
      JSONValue.object(
        columns.map { column in
          if case .text(let values) = column.values { return (column.name, .text(values[row])) }
          guard column.isFinite(at: row), let digits = column.digits(at: row) else {
            return (column.name, .null)
          }
          return (column.name, .number(digits))
        }
      ).write(to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }
}
