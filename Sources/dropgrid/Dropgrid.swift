import ArgumentParser

@main
struct Dropgrid: AsyncParsableCommand {}
