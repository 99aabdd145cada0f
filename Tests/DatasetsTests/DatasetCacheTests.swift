import Datasets
import Synchronization
import Testing

@Suite struct DatasetCacheTests {
  /// Counts loads of random sets; the first load of `failing` fails.
  private final class Loader: Sendable {
    let loads = Mutex<[String]>([])
    let failing: String

    init(failing: String = "") { self.failing = failing }

    func load(_ name: String) throws(DatasetError) -> ImageSet {
      let isFirst = loads.withLock { loads in
        defer { loads.append(name) }
        return !loads.contains(name)
      }
      if name == failing, isFirst {
        throw DatasetError(file: name, what: "is not there yet", remedy: "wait")
      }
      return try DatasetSource(name: name).load()
    }
  }

  @Test func concurrentCallersShareOneLoad() async throws {
    let loader = Loader()
    let cache = DatasetCache { name throws(DatasetError) in try loader.load(name) }
    let names = ["random:9x9x1,seed=1", "random:9x9x1,seed=2"]
    let addresses = try await withThrowingTaskGroup(of: (String, Int).self) { group in
      for index in 0..<40 {
        group.addTask {
          let name = names[index % 2]
          let data = try await cache.prepared(name, SplitOptions(train: index % 4 < 2 ? 100 : nil))
          let address = data.train.images.withUnsafeBufferPointer {
            Int(bitPattern: $0.baseAddress)
          }
          return ("\(name) \(data.train.count)", address)
        }
      }
      return try await group.reduce(into: [String: Set<Int>]()) {
        $0[$1.0, default: []].insert($1.1)
      }
    }
    #expect(loader.loads.withLock { $0.sorted() } == names)
    #expect(addresses.count == 4)
    #expect(addresses.values.allSatisfy { $0.count == 1 })
  }

  @Test func failuresAreNotKept() async throws {
    let loader = Loader(failing: "random:2x2x1")
    let cache = DatasetCache { name throws(DatasetError) in try loader.load(name) }
    await #expect(throws: DatasetError.self) { try await cache.images("random:2x2x1") }
    #expect(try await cache.images("random:2x2x1").trainCount == 1000)
    await #expect(throws: DatasetError.self) {
      try await cache.prepared("random:2x2x1", SplitOptions(train: 5000))
    }
    #expect(loader.loads.withLock { $0.count } == 2)
  }

  @Test func loadsByName() async throws {
    let cache = DatasetCache()
    let set = try await cache.images("fashion-mnist-mini")
    let data = try await cache.prepared("fashion-mnist-mini", SplitOptions(train: 10))
    #expect(set.trainCount == 2000)
    #expect(data.train.labels == (0..<10).map { Int32($0) })
  }
}
