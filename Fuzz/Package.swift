// swift-tools-version: 6.2
import PackageDescription

// Built by scripts/fuzz with libFuzzer; a package of its own, so that nobody else builds it.
let package = Package(
  name: "dropgrid-fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "dropgrid", path: "..")],
  targets: [
    .executableTarget(
      name: "fuzz-grids",
      dependencies: [.product(name: "GridPlanner", package: "dropgrid")],
      swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"])])
  ]
)
