import ExperimentModel
import Foundation
import Glibc
import ResultsStore
import Testing

/// What other programs and other names of the file do during a sweep.
@Suite struct OtherProgramsTests {
  @Test(arguments: [true, false]) func anotherNameOfTheFileHasTheSameWriter(isSoft: Bool)
    async throws
  {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      let folder = URL(filePath: path).deletingLastPathComponent().appending(path: "elsewhere")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      let name = folder.appending(path: "other.h5").path
      #expect((isSoft ? symlink(path, name) : link(path, name)) == 0)
      await expectUserError(.busy, name) { try Fixtures.open(name, plan) }
      #expect(try SweepProgress.read(path: name).writer != nil)
      try await writer.finish()
      #expect(try Fixtures.open(name, plan).finished == [])
    }
  }

  @Test func programsThatWantToChangeTheFileAreRefusedAndReadersAreNot() async throws {
    try await withTemporaryFile { path in
      let writer = try Fixtures.create(path, Fixtures.plan())
      let descriptor = open(path, O_RDWR)
      defer { close(descriptor) }
      // As HDF5 does for "r+" and for "r".
      #expect(flock(descriptor, LOCK_EX | LOCK_NB) != 0)
      #expect(flock(descriptor, LOCK_SH | LOCK_NB) == 0)
      #expect(flock(descriptor, LOCK_UN) == 0)
      try await writer.finish()
      #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    }
  }

  @Test(arguments: ["removed", "moved", "emptied", "cut off"])
  func aFileThatGoesAwayComesBack(how: String) async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      try await writer.append([
        (0, VerificationTests.record(plan, 0)), (4, VerificationTests.record(plan, 4)),
      ])
      #expect(chmod(path, 0o640) == 0)
      switch how {
      case "removed": #expect(unlink(path) == 0)
      case "moved": #expect(rename(path, path + ".moved") == 0)
      case "emptied": #expect(truncate(path, 0) == 0)
      default: #expect(truncate(path, 1000) == 0)
      }
      try await writer.append([(1, VerificationTests.record(plan, 1))])
      #expect(await writer.takeNotices().count == 1)
      try await writer.finish()
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
      let reader = try ResultsReader(path: path)
      #expect(reader.tornRows == [])
      #expect(try reader.verify().problems == [])
      for row in [0, 1, 4] {
        let record = VerificationTests.record(plan, row)
        #expect(reader.results.status[row] == .done)
        #expect(reader.results.metrics.mapValues { $0[row] } == record.metrics)
        let isInMemory = ["emptied", "cut off"].contains(how) && row != 1
        #expect(try reader.weights(row: row).map(\.values) == (isInMemory ? [] : record.weights))
      }
    }
  }

  @Test func weightsOfEveryEpochThatAreLostAreSaidToBeNone() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(weights: .every(2))
      func record(_ row: Int) -> TrialRecord {
        var record = VerificationTests.record(plan, row)
        record.snapshots = [2, 4]
        record.weights = VerificationTests.record(Fixtures.plan(), row).weights.map { $0 + $0 }
        return record
      }
      let writer = try Fixtures.create(path, plan)
      try await writer.append([(0, record(0))])
      #expect(truncate(path, 0) == 0)
      try await writer.append([(1, record(1))])
      try await writer.finish()
      let reader = try ResultsReader(path: path)
      #expect(try reader.verify().problems == [])
      #expect(reader.weightEpochs(row: 0) == [])
      #expect(reader.weightEpochs(row: 1) == [2, 4])
    }
  }

  @Test(arguments: ["another file", "written over"])
  func whatIsPutInItsPlaceIsLeftAlone(how: String) async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      try await writer.append([(2, VerificationTests.record(plan, 2))])
      let foreign = Data("somebody else's".utf8)
      if how == "another file" { #expect(unlink(path) == 0) }
      let file = try #require(fopen(path, "w"))
      fputs("somebody else's", file)
      fclose(file)
      await expectUserError(.badFile, path, "-recovered.h5") {
        try await writer.append([(1, VerificationTests.record(plan, 1))])
      }
      #expect(try contents(path) == foreign)
      let recovered = path.replacing("sweep.h5", with: "sweep-recovered.h5")
      #expect(
        try ResultsReader(path: recovered).results.metrics.mapValues { $0[2] }
          == VerificationTests.record(plan, 2).metrics)
    }
  }

  @Test func anEarlierCopyWrittenOverTheFileGetsItsRowsBack() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(weights: .none)
      let writer = try Fixtures.create(path, plan)
      let earlier = try contents(path)
      try await writer.append([(3, VerificationTests.record(plan, 3))])
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.write(contentsOf: earlier)
      try file.close()
      try await writer.finish()
      #expect(await writer.takeNotices().count == 1)
      #expect(try ResultsReader.read(path: path).status[3] == .done)
    }
  }

  @Test(arguments: [".dropgrid-lock", ".dropgrid-tmp"])
  func whatAPlantedLinkNamesStays(ending: String) async throws {
    try await withTemporaryFile { path in
      let victim = path + ".victim"
      try overwrite(victim, Data("precious".utf8))
      #expect(symlink(victim, path + ending) == 0)
      do {
        try await VerificationTests.write(path, Fixtures.plan(), rows: [3])
      } catch let error as UserError {
        #expect(error.message.contains(path + ending))
      }
      #expect(try contents(victim) == Data("precious".utf8))
    }
  }

  @Test func extendingThroughALinkKeepsTheLinkAndTheMode() async throws {
    try await withTemporaryFile { path in
      try await VerificationTests.write(path, Fixtures.plan(seeds: 2), rows: 0..<6)
      #expect(chmod(path, 0o640) == 0)
      let name = path + ".link"
      #expect(symlink("sweep.h5", name) == 0)
      let plan = Fixtures.plan(seeds: 3)
      let writer = try ResultsWriter.extend(
        path: name, plan: plan, engine: Fixtures.engine, session: Fixtures.session)
      #expect(writer.finished.count == 6)
      try await writer.finish()
      var status = stat()
      #expect(lstat(name, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
      #expect(try ResultsReader.read(path: path).status.count == 9)
      #expect(link(path, path + ".second") == 0)
      await expectUserError(.badFile, "hard links") {
        try ResultsWriter.extend(
          path: path, plan: Fixtures.plan(seeds: 4), engine: Fixtures.engine,
          session: Fixtures.session)
      }
    }
  }

  /// As libhdf5 leaves a file whose program is killed while it has it open to change it.
  @Test func aFileThatIsMarkedAsOpenIsReadAndMended() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await VerificationTests.write(path, plan, rows: [0])
      let before = try contents(path)
      var marked = before
      for (place, value) in [(20, 1), (72, 0), (80, 0), (88, 0), (89, 0)] {
        marked[place] = UInt8(value)
      }
      try overwrite(path, marked)
      #expect(try ResultsReader(path: path).results.status[0] == .done)
      try await Fixtures.open(path, plan).finish()
      #expect(try contents(path)[..<96] == before[..<96])
    }
  }

  @Test func aRowThatIsWrittenAgainIsTheOldOneOrTheNewOne() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await VerificationTests.write(path, plan, rows: [0, 1])
      let writer = try Fixtures.open(path, plan)
      await writer.allowAgain([1])
      var other = VerificationTests.record(plan, 1)
      other.metrics[.testLoss] = [1, 2, 3, 4]
      other.weights = other.weights.map { $0.map { $0 + 1 } }
      try await writer.append([(1, other)])
      try await writer.finish()
      let reader = try ResultsReader(path: path)
      #expect(reader.results.metrics[.testLoss]?[1] == [1, 2, 3, 4])
      #expect(try reader.weights(row: 1).map(\.values) == other.weights)
      #expect(try reader.verify().problems == [])
      #expect(try entriesBeside(path + ".d/x").isEmpty)
    }
  }
}
