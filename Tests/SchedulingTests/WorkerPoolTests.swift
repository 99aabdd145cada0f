import ExperimentModel
import Foundation
import Scheduling
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  @Test(arguments: [0, -3])
  func refusesFewerThanOneThread(count: Int) {
    #expect(throws: UserError.self) { try WorkerPool(count: count) }
  }

  @Test func runsTasksOnItsOwnThreads() async throws {
    let pool = try WorkerPool(count: 3)
    let names = await withTaskGroup(of: String.self) { group in
      for _ in 0..<20 { group.addTask(executorPreference: pool) { threadName() } }
      return await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(names.isSubset(of: ["trials-0", "trials-1", "trials-2"]))
    await pool.shutdown()
  }

  @Test func aDeepStackIsThere() async throws {
    let pool = try WorkerPool(count: 1)
    let sum = await Task(executorPreference: pool) {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4 << 20) { stack in
        stack.initialize(repeating: 1)
        return stack.reduce(0) { $0 &+ Int($1) }
      }
    }.value
    #expect(sum == 4 << 20)
    await pool.shutdown()
  }

  @Test func doesWhatWaitsBeforeItShutsDown() async throws {
    let pool = try WorkerPool(count: 2)
    let done = Log<Int>()
    let tasks = (0..<50).map { number in
      Task(executorPreference: pool) {
        usleep(100)
        done.add(number)
      }
    }
    // A task may not have reached the pool yet; those that have are done by the shutdown.
    for task in tasks { await task.value }
    await pool.shutdown()
    await pool.shutdown()
    #expect(done.all.sorted() == Array(0..<50))
  }

  @Test func leavesNoThreadsBehind() async throws {
    for _ in 0..<100 {
      let pool = try WorkerPool(count: 4)
      await Task(executorPreference: pool) {}.value
      await pool.shutdown()
      // This one is only dropped.
      _ = try WorkerPool(count: 4)
    }
    var left = Int.max
    for _ in 0..<200 where left > 40 {
      left = try threadNames().filter { $0.hasPrefix("trials-") }.count
      usleep(10_000)
    }
    #expect(left <= 40, "800 threads were started and \(left) are left")
  }
}

/// The calling thread's name, as the kernel knows it.
func threadName() -> String {
  let text = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
  return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
}

private func threadNames() throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap {
    try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
  }
}
