// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "dropgrid-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "dropgrid", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
  ],
  targets: [
    // How fast the core is while something is measured; for this machine's own instructions.
    .target(
      name: "CFMABurst",
      cSettings: [.unsafeFlags(["-O3", "-march=native", "-ffp-contract=fast"])]),
    .executableTarget(
      name: "bench",
      dependencies: [
        "CFMABurst",
        .product(name: "Dropgrid", package: "dropgrid"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
