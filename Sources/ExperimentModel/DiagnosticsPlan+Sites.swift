extension DiagnosticsPlan {
  /// The sites of some networks and the dropout in them: wherever dropout stands in one of them, and
  /// on both sides of every pool; in the order of the first network that has them.
  public static func sites(
    _ networks: some Sequence<(points: [DropoutPoint], dropout: [DropoutSpec])>
  ) -> [Site] {
    var sites: [Site] = []
    for (points, dropout) in networks {
      for (index, point) in points.enumerated() {
        let window = point.window ?? (index > 0 ? points[index - 1].window : nil)
        let hasDropout = dropout.contains { point.names.contains($0.site) }
        guard window != nil || hasDropout else { continue }
        let name = point.site.description
        guard let known = sites.firstIndex(where: { $0.name == name }) else {
          sites.append(Site(name: name, window: window ?? 0))
          continue
        }
        if sites[known].window != window ?? 0 { sites[known].window = 0 }
      }
    }
    return sites
  }
}

extension DropoutPoint {
  /// Elements of the window of the pool that reads the point; nil where no pool does.
  fileprivate var window: Int? {
    if case .pool(_, _, let size, _) = reader { size * size } else { nil }
  }
}

extension ResolvedNetwork {
  /// Which of `layers` reads the point that `site` names; nil where the network has no such point.
  public func reader(of site: String) -> Int? {
    var layer = -1
    for point in points {
      repeat { layer += 1 } while layer < layers.count && !point.isRead(by: layers[layer])
      guard layer < layers.count else { return nil }
      if point.names.contains(where: { $0.description == site }) { return layer }
    }
    return nil
  }
}

extension DropoutPoint {
  fileprivate func isRead(by layer: ResolvedNetwork.Layer) -> Bool {
    switch (reader, layer) {
    case (.convolution(let shape), .convolution(let other)): shape == other
    case (.normalisation, .normalisation), (.globalAverage, .globalAverage),
      (.activation, .activation):
      true
    case (.pool(let block, _, _, _), .pool(let other, _, _, _, _)): block == other
    case (.dense(let name, _, _), .dense(let other, _, _, _)): name == other
    default: false
    }
  }
}
