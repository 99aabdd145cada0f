// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]
let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "dropgrid",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "dropgrid", targets: ["dropgrid"]),
    // By itself, for what plans and does not train.
    .library(name: "GridPlanner", targets: ["ExperimentModel", "GridPlanner"]),
    .library(
      name: "Dropgrid",
      targets: [
        "ExperimentModel", "GridPlanner", "TensorCore", "Datasets", "Training", "Scheduling",
        "HDF5", "ResultsStore", "Analysis", "Report", "Export", "Console",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // What a trial is: values that every layer shares.
    .target(name: "ExperimentModel", swiftSettings: swiftSettings),

    // From grid text to a plan.
    .target(
      name: "GridPlanner",
      dependencies: [
        "ExperimentModel",
        .product(name: "Yams", package: "Yams"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: swiftSettings),

    // The tensor core over its C kernels.
    .target(name: "CKernels", cSettings: cSettings),
    .target(
      name: "TensorCore", dependencies: ["CKernels"], swiftSettings: swiftSettings),

    // Images.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CEmbeddedData", cSettings: cSettings),
    .target(
      name: "Datasets",
      dependencies: [
        "CZlib", "CEmbeddedData", .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: swiftSettings),

    // One specification to one record.
    .target(
      name: "Training", dependencies: ["ExperimentModel", "TensorCore", "Datasets"],
      swiftSettings: swiftSettings),

    // Many trials on few threads, and what the terminal shows of them.
    .target(name: "CFaultNotes", cSettings: cSettings),
    .target(
      name: "Scheduling", dependencies: ["CFaultNotes", "ExperimentModel"],
      swiftSettings: swiftSettings),
    .target(name: "Console", dependencies: ["ExperimentModel"], swiftSettings: swiftSettings),

    // The results file.
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .target(name: "CProbe", cSettings: cSettings),
    .target(name: "HDF5", dependencies: ["CHDF5", "CProbe"], swiftSettings: swiftSettings),
    .systemLibrary(name: "CLinux"),
    .target(
      name: "ResultsStore", dependencies: ["CLinux", "ExperimentModel", "HDF5"],
      swiftSettings: swiftSettings),

    // The answer.
    .target(name: "Analysis", dependencies: ["ExperimentModel"], swiftSettings: swiftSettings),
    .target(
      name: "Report", dependencies: ["ExperimentModel", "Analysis"], swiftSettings: swiftSettings),

    // Weights and tables for other tools.
    .target(
      name: "Export", dependencies: ["ExperimentModel", "HDF5", "ResultsStore"],
      swiftSettings: swiftSettings),

    // Arguments and wiring.
    .plugin(name: "NameCommit", capability: .buildTool()),
    .executableTarget(
      name: "dropgrid",
      dependencies: [
        "ExperimentModel", "GridPlanner", "TensorCore", "Datasets", "Training", "Scheduling",
        "Console", "ResultsStore", "Analysis", "Report", "Export",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings, plugins: ["NameCommit"]),
  ],
  cLanguageStandard: .gnu2x
)

// Readable implementations that the fast ones are held to.
package.targets.append(
  .target(name: "TensorReference", path: "Tests/TensorReference", swiftSettings: swiftSettings))

// Every module that a suite imports: what is not declared is not built anew.
let tests: [(module: String, others: [Target.Dependency])] = [
  ("ExperimentModel", []), ("GridPlanner", ["ExperimentModel"]), ("TensorReference", []),
  ("TensorCore", ["TensorReference", "CKernels"]), ("Datasets", []),
  ("Training", ["ExperimentModel", "TensorCore", "Datasets"]),
  ("Scheduling", ["ExperimentModel"]), ("Console", ["ExperimentModel"]), ("HDF5", []),
  ("ResultsStore", ["ExperimentModel", "HDF5"]), ("Analysis", ["ExperimentModel"]),
  ("Report", ["ExperimentModel", "Analysis"]),
  ("Export", ["ExperimentModel", "HDF5", "ResultsStore"]),
]
package.targets.append(
  .testTarget(
    name: "ProgramTests",
    dependencies: ["dropgrid", "ExperimentModel", "ResultsStore", "Scheduling"],
    swiftSettings: swiftSettings))
// Against tensors that PyTorch and Keras computed: scripts/make-parity-fixtures.
package.targets.append(
  .testTarget(
    name: "ParityTests", dependencies: ["TensorCore", "CKernels"], exclude: ["Fixtures"],
    swiftSettings: swiftSettings))
for (module, others) in tests {
  package.targets.append(
    .testTarget(
      name: "\(module)Tests", dependencies: [.init(stringLiteral: module)] + others,
      swiftSettings: swiftSettings))
}
