"""The figures that plots show: labels, and points measured on the page."""
import re

import numpy as np

import inference
import page
from sweep import number, shown

PIXEL = .6  # of a unit of the page: marks are placed with two digits


def near(checker, where, axis, place, value):
    """Whether the point at `place` of an axis stands for `value`, within a pixel."""
    checker.checked += 1
    if abs(axis(place) - value) > PIXEL * abs(axis(1) - axis(0)):
        checker.fail(where, f"drawn at {axis(place):.4g}, the file has {value:.4g}")


def effects(checker, where, svg, contrasts):
    """One mark and bar for each contrast, top down in the order of the table."""
    axis, _ = page.numeric_ticks(svg, upright=False)
    found = [words for _, _, words in sorted(page.labels(svg, "end"), key=lambda label: label[1])]
    checker.same(f"{where}, labels", found, [label(checker, c, contrasts) for c in contrasts])
    pairs, bases = {(c.a, c.b) for c in contrasts}, {c.b for c in contrasts}
    first = contrasts[0]
    words = f"{shown(first.a) if len(pairs) == 1 else 'each'} − {shown(first.b)}" if len(bases) == 1 else "difference"
    checker.same(f"{where}, axis", f"{words}, points of test accuracy" in
                 [words for _, _, words in page.labels(svg, "middle")], True)
    marks, bars = {}, {}
    for _, found, pieces in page.series(svg):
        marks |= {round(y, 1): x for x, y in found}
        bars |= {round(points[0][1], 1): points for points in pieces if len(points) == 2}
    checker.same(f"{where}, plot", len(marks), len(contrasts))
    for y, c in zip(sorted(marks), contrasts):
        near(checker, f"{where}, plot", axis, marks[y], 100 * c.mean)
        if c.interval and c.interval[0] < c.interval[1] and y in bars:
            for (x, _), end in zip(bars[y], c.interval):
                near(checker, f"{where}, plot, interval", axis, x, 100 * end)
        elif c.interval and c.interval[1] - c.interval[0] > 1e-4:
            checker.fail(where, "an interval is not drawn")


def label(checker, contrast, every):
    """What stands beside a contrast: its sides and its place, as far as they differ."""
    place = [shown(value) if not number(value) else checker.phrase(name, value)
             for name, value in contrast.by.items()
             if value is not None and any(other.by[name] != value for other in every)]
    sides = []
    if len({(c.a, c.b) for c in every}) > 1:
        numeric = all(number(c.a) for c in every)
        sides = [shown(contrast.a) if numeric else f"{shown(contrast.a)} − {shown(contrast.b)}"]
    return shortened(", ".join(sides + place), 60) or "all"


def shortened(words, length):
    return words if len(words) <= length else words[: length - 1] + "…"


def covering(items, limit, levels):
    """The items that are drawn: those with a level that is new, then the others, in their order."""
    if len(items) <= limit:
        return items
    seen, chosen = set(), []
    for index, item in enumerate(items):
        if len(chosen) < limit and not set(levels(item)) <= seen:
            seen |= set(levels(item))
            chosen.append(index)
    chosen += [index for index in range(len(items)) if index not in chosen][: limit - len(chosen)]
    return [items[index] for index in sorted(chosen)]


def interactions(table):
    """Pairs of factors that could have a map."""
    return sum(len(axes) == 2 and row[0] > 1e-9 for axes, row in table.items())


def panels(checker, apart):
    """Cells by what a panel's title says: title, its settings, cells."""
    found = {}
    for settings, trials in checker.sweep.cell_groups():
        key = tuple((name, value) for name, value in settings.items() if name not in apart)
        found.setdefault(key, []).append((settings, trials))
    return [(checker.phrases(dict(key)) or ("the others" if key else "all trials"), dict(key), cells)
            for key, cells in found.items()]


def drawn(checker, section, caption, every):
    """Each plot of a section that has one for every panel: its place, picture, content and axes."""
    expected = covering(every, 24, lambda panel: [f"{name} {shown(value)}" for name, value in panel[1].items()])
    checker.same(section.title, len(section.plots), len(expected))
    for svg, (title, _, content) in zip(section.plots, expected):
        where = f"{section.title}, {title}"
        checker.same(where, svg.get("aria-label"), f"{caption}: {title}")
        yield where, svg, content, *page.numeric_ticks(svg)
    section.plots.clear()


def rate_column(sweep):
    varying = sweep.varying(sweep.cells)
    return next((rate for rate in sweep.rates if rate in varying), None)


def rates(checker, section):
    rate = rate_column(checker.sweep)
    every = panels(checker, (rate, "placement"))
    counts = [min(24, len(every)), len(every)]
    for where, svg, cells, x, y in drawn(checker, section, "Test accuracy over the dropout rate", every):
        lines = {}
        for settings, trials in cells:
            lines.setdefault(settings.get("placement"), []).append((settings[rate], trials))
        series = [list(dict.fromkeys(marks)) for _, marks, _ in page.series(svg) if marks]
        checker.same(where, len(series), len(lines))
        bars = [points for name, marks, pieces in page.series(svg) if marks for points in pieces if len(points) == 2]
        for marks, members in zip(series, lines.values()):
            members = [(level, checker.sweep.values("accuracy", trials)) for level, trials in members]
            members = sorted((m for m in members if m[1]), key=lambda m: m[0])
            # The key has a mark of its own, behind the others or in front of them.
            inner = [mark for mark in marks if x is None or any(abs(x(mark[0]) - level) < spread(members) for level, _ in members)
                     and mark[1] < lowest(svg)]
            if x is None:  # one rate: no axis tells which mark is the key's
                inner = inner[: len(members)]
            checker.same(where, len(inner), len(members))
            for mark, (level, values) in zip(sorted(inner), members):
                near(checker, where, y, mark[1], 100 * float(np.mean(values)))
                ends, _ = inference.interval(np.array(values), (0, 1))
                bar = [p for p in bars if abs(p[0][0] - mark[0]) < .05 and abs(p[0][1] - p[1][1]) > .05]
                if ends and ends[1] - ends[0] > 1e-3:
                    tops = [(min(a[1], b[1]), max(a[1], b[1])) for a, b in bar]
                    good = any(abs(y(top) - 100 * ends[1]) < .3 and abs(y(low) - 100 * ends[0]) < .3
                               for top, low in tops)
                    checker.same(f"{where}, interval at {shown(level)}", good, True)
    return counts


def spread(members):
    levels = sorted({level for level, _ in members})
    return .3 * min((b - a for a, b in zip(levels, levels[1:])), default=1)


def lowest(svg):
    """Where the plot ends and the words below it begin."""
    return min(y for x, y, _ in page.labels(svg, "middle") if y > 60)


def line_columns(sweep):
    """What the lines of a panel stand for."""
    names = sweep.varying(sweep.cells)
    dropout = [name for name in (rate_column(sweep), "placement") if name in names]
    compared = [factor for factor, _ in sweep.comparisons if factor in names]
    return dropout or compared[:1] or names[:1]


def curves(checker, cells, apart):
    """Means over seeds of the test loss by epoch, by a line's name."""
    sweep, rate, lines = checker.sweep, rate_column(checker.sweep), {}
    for settings, trials in cells:
        bare = bool(rate) and number(settings.get(rate)) and settings[rate] == 0
        dropout = rate in apart or "placement" in apart
        parts = [shown(settings[name]) if dropout else checker.phrase(name, settings[name])
                 for name in apart if settings.get(name) is not None]
        rows = [sweep.metrics["test_loss"][trial] for trial in trials]
        means = []
        for epoch in range(max(map(len, rows))):
            values = [float(row[epoch]) for row in rows if len(row) > epoch and np.isfinite(row[epoch])]
            means.append(np.mean(values) if values else np.nan)
        if len(means) == 1 or np.isfinite(means).sum() > 1:
            lines.setdefault("no dropout" if bare else shortened(" ".join(parts), 28) or "all seeds", means)
    return lines


def divided(checker, panel, apart):
    """Panels with more than six lines are one for each placement, or parts of twelve lines."""
    title, key, cells = panel
    lines, rate = curves(checker, cells, apart), rate_column(checker.sweep)
    if len(lines) <= 6:
        return [(title, key, lines)] if lines else []
    places = list(dict.fromkeys(settings.get("placement") for settings, _ in cells))
    if "placement" in apart and len(apart) > 1 and len(places) > 1:
        found = []
        for place in places:
            own = "no placement" if place is None else f"placement {shown(place)}"
            part = [(settings, trials) for settings, trials in cells
                    if settings.get(rate) == 0 or settings.get("placement") == place]
            found += divided(checker, (f"{title}, {own}" if key else own, key | {"placement": place}, part),
                             [name for name in apart if name != "placement"])
        return found
    parts = -(-len(lines) // 12)
    size = -(-len(lines) // parts)
    names = list(lines)
    return [(title + (f" ({index + 1} of {parts})" if parts > 1 else ""), key,
             {name: lines[name] for name in names[index * size:][:size]}) for index in range(parts)]


def learning(checker, section):
    apart = line_columns(checker.sweep)
    every = [part for panel in panels(checker, apart) for part in divided(checker, panel, apart)]
    counts = [min(24, len(every)), len(every)]
    for where, svg, lines, x, y in drawn(checker, section, "Test loss by epoch", every):
        series = page.series(svg)
        checker.same(where, [name for name, _, _ in series], list(lines))
        for name, _, pieces in series:
            points = [point for piece in pieces for point in piece if point[1] < lowest(svg)]
            means = [(epoch, value) for epoch, value in enumerate(lines.get(name, []), 1) if np.isfinite(value)]
            # A curve of one point is none; gnuplot leaves out points on a straight line of its own.
            if len(means) > 1:
                checker.same(f"{where}, {name}, epochs", len(points), len(means))
                for (px, py), (epoch, value) in zip(points, means):
                    near(checker, f"{where}, {name}, epoch {epoch}", y, py, value)
                    near(checker, f"{where}, {name}, epoch {epoch}", x, px, epoch)
    return counts


def maps(checker, section, names, levels, data, table):
    for svg in section.plots:
        texts = [label for _, _, label in page.labels(svg, "middle")]
        title = next((re.fullmatch(r"(.+) × (.+): ([\d.]+)% of variance", t) for t in texts if "% of" in t), None)
        if title is None:
            checker.fail(section.title, f"a plot without a title: {svg.get('aria-label')}")
            continue
        turned = tuple(names.index(name.replace(" ", "_")) for name in title.groups()[:2])
        axes = tuple(sorted(turned))
        where = f"map {title[1]} × {title[2]}"
        checker.number(where, title[3], 100 * table[axes][0], 1)
        rows, columns = ([shown(value) for value in levels[axis]] for axis in turned)
        checker.same(f"{where}, the wider side", len(columns) <= len(rows), True)
        found = [words for _, _, words in sorted(page.labels(svg, "end"), key=lambda label: label[1])]
        checker.same(f"{where}, rows", found, rows)
        marks = sorted((y, x, words) for x, y, words in page.labels(svg, "middle"))
        checker.same(f"{where}, columns", [word for word in columns if word not in texts], [])
        means = [words for _, _, words in marks if re.match(r"[-+]?[\d.]+$", words)]
        # The columns' own numbers stand below all others.
        means = means[: len(rows) * len(columns)]
        halves = [words[1:] for _, _, words in marks if words.startswith("±")]
        expected = []
        for i in range(len(rows)):
            for j in range(len(columns)):
                expected.append(interaction(data, axes, (i, j) if turned == axes else (j, i)))
        checker.same(where, len(means), len(expected))
        for label, values in zip(means, expected):
            checker.number(where, label, 100 * float(values.mean()), 2, True)
        ends = [inference.interval(values, (-1, 1))[0] for values in expected]
        ends = [end for end in ends if end is not None]
        checker.same(f"{where}, intervals", len(halves), len(ends))
        for half, end in zip(halves, ends):
            checker.number(where, half, 50 * (end[1] - end[0]), 2)
    section.plots.clear()


def interaction(data, axes, places):
    """For each seed the mean at two levels less what both margins add up to."""
    others = tuple(axis for axis in range(data.ndim - 1) if axis not in axes)
    plane = data.mean(axis=others)  # (first, second, seed)
    i, j = places
    return plane[i, j] - plane[i].mean(axis=0) - plane[:, j].mean(axis=0) + plane.mean(axis=(0, 1))
