import Scheduling
import Testing

@Suite struct AvailableMemoryTests {
  static let meminfo = "MemTotal:  1000 kB\nMemFree:  1 kB\nMemAvailable:     500 kB\n"

  @Test func theSmallestOfMachineAndGroupsCounts() {
    var files = ["/proc/meminfo": Self.meminfo]
    #expect(AvailableMemory.bytes { files[$0] } == 512_000)
    files["/proc/self/cgroup"] = "0::/a/b\n"
    files["/sys/fs/cgroup/a/memory.max"] = "300000\n"
    files["/sys/fs/cgroup/a/memory.current"] = "100000\n"
    files["/sys/fs/cgroup/a/b/memory.max"] = "max\n"
    files["/sys/fs/cgroup/a/b/memory.current"] = "5\n"
    #expect(AvailableMemory.bytes { files[$0] } == 200_000)
    files["/sys/fs/cgroup/memory.max"] = "50\n"
    files["/sys/fs/cgroup/memory.current"] = "60\n"
    #expect(AvailableMemory.bytes { files[$0] } == 0)
    files["/sys/fs/cgroup/memory.max"] = nil
    files["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "7000\n"
    files["/sys/fs/cgroup/memory/memory.usage_in_bytes"] = "4000\n"
    #expect(AvailableMemory.bytes { files[$0] } == 3000)
  }

  @Test(arguments: ["", "MemAvailable: lots kB", "MemAvailable: 9223372036854775807 kB"])
  func noWordIsNoLimit(meminfo: String) {
    #expect(AvailableMemory.bytes { $0 == "/proc/meminfo" ? meminfo : nil } == .max)
  }

  @Test func theLimitOfAddressSpaceCounts() {
    var files = [
      "/proc/meminfo": "MemAvailable: 1000 kB\n",
      "/proc/self/status": "Name:\tx\nVmSize:\t    200 kB\n",
      "/proc/self/limits": "Limit Soft Hard Units\nMax address space  512000  unlimited  bytes\n",
    ]
    #expect(AvailableMemory.bytes { files[$0] } == 512_000 - 200 * 1024)
    files["/proc/self/limits"] =
      "Max address space  unlimited  unlimited  bytes\n"
    #expect(AvailableMemory.bytes { files[$0] } == 1000 * 1024)
  }

  @Test func thisMachineHasSome() { #expect(AvailableMemory.bytes() > 0) }
}
