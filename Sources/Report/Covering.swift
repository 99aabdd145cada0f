/// As many of `items` as `limit` allows, in their order: first those that have a level which none
/// before them has, so that every level is there if there is room, then the others.
func covering<Item, Level: Hashable>(
  _ items: [Item], limit: Int, levels: (Item) -> [Level]
) -> [Item] {
  guard items.count > limit else { return items }
  var seen: Set<Level> = []
  var chosen: Set<Int> = []
  for (index, item) in items.enumerated() where chosen.count < limit {
    let own = levels(item)
    if !own.allSatisfy(seen.contains) {
      seen.formUnion(own)
      chosen.insert(index)
    }
  }
  for index in items.indices where chosen.count < limit { chosen.insert(index) }
  return items.indices.filter(chosen.contains).map { items[$0] }
}

/// `text`, its end replaced by `…` where it is longer than `length`.
func shortened(_ text: String, to length: Int) -> String {
  text.count > length ? text.prefix(length - 1) + "…" : text
}
