import Scheduling
import Testing

@Suite struct AvailableCoresTests {
  @Test(
    arguments: [
      ("max 100000\n", nil), ("150000 100000\n", 1.5), ("400000 100000", 4.0),
      ("", nil), ("100000", nil), ("0 100000", nil), ("100000 0", nil), ("-1 100000", nil),
      ("nan 100000", nil), ("12 34 56", nil),
    ] as [(String, Double?)])
  func readsVersionTwo(text: String, cores: Double?) {
    #expect(AvailableCores.quota(cpuMax: text) == cores)
  }

  @Test(
    arguments: [
      ("-1\n", "100000\n", nil), ("50000\n", "100000\n", 0.5), ("200000", "100000", 2.0),
      ("", "", nil), ("200000", "x", nil),
    ] as [(String, String, Double?)])
  func readsVersionOne(quota: String, period: String, cores: Double?) {
    #expect(AvailableCores.quota(microseconds: quota, period: period) == cores)
  }

  @Test(
    arguments: [
      ("Name:\tx\nCpus_allowed_list:\t0-1\n", 2), ("Cpus_allowed_list:\t3\n", 1),
      ("Cpus_allowed_list: 0-3,8,10-11\n", 7), ("Cpus_allowed_list:\t0-1023\n", 1024),
      ("Cpus_allowed:\t3\n", nil), ("Cpus_allowed_list:\t\n", nil),
      ("Cpus_allowed_list:\t3-1\n", nil),
      ("Cpus_allowed_list:\t1-2-3\n", nil), ("Cpus_allowed_list:\t0-99999999999\n", nil), ("", nil),
    ] as [(String, Int?)])
  func readsTheAffinityMask(status: String, cores: Int?) {
    #expect(AvailableCores.allowed(procSelfStatus: status) == cores)
  }

  @Test(
    arguments: [
      (4, [], 4), (4, [1.5], 2), (4, [0.25], 1), (2, [8.0], 2), (8, [6.0, 2.5], 3),
      (0, [], 1), (4, [1e300], 4),
    ] as [(Int, [Double], Int)])
  func takesTheSmallest(affinity: Int, quotas: [Double], cores: Int) {
    #expect(AvailableCores.count(affinity: affinity, quotas: quotas) == cores)
  }

  @Test func findsTheGroupsThatLimitTheCPU() {
    let text = "12:memory:/m\n5:cpu,cpuacct:/docker/a:b\n3:cpuset:/\n0::/user.slice\nrubbish\n"
    #expect(
      AvailableCores.groups(procSelfCgroup: text) == [
        AvailableCores.Group(path: "/docker/a:b", isUnified: false),
        AvailableCores.Group(path: "/user.slice", isUnified: true),
      ])
  }

  @Test func aParentGroupLimitsItsChildren() {
    let files = [
      "/proc/self/cgroup": "0::/user.slice/session.scope\n",
      "/sys/fs/cgroup/user.slice/session.scope/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/user.slice/cpu.max": "300000 100000\n",
    ]
    #expect(AvailableCores.quotas { files[$0] } == [3])
  }

  @Test func aContainerSeesOnlyItsOwnRoot() {
    let files = [
      "/proc/self/cgroup": "4:cpu,cpuacct:/docker/0123\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "250000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    ]
    #expect(AvailableCores.quotas { files[$0] } == [2.5])
    #expect(AvailableCores.quotas { _ in nil } == [])
  }

  @Test func thisMachineHasACore() {
    #expect(AvailableCores.count() >= 1)
  }
}
