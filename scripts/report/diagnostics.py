"""What diagnostics saw, and what theory says of it and of accuracy."""
import math
import re

import numpy as np

import inference
from sweep import shown, text

FIGURES = (  # in the order of docs/diagnostics.md
    "zero_share_train", "zero_share_eval", "mean_train", "mean_eval", "variance_train", "variance_eval",
    "zero_gradient_share", "neighbour_correlation", "hole_size_train", "hole_size_eval", "hole_sizes_train",
    "feature_correlation", "removal_drop", "removal_drop_largest", "shifted_accuracy", "occluded_accuracy")
COLUMNS = {  # of the table of sites: its title, the figure, its unit, digits, and what it is divided by
    "zeros, %": ("zero_share_train", 100, 1, None), "train/eval": ("mean_train", 1, 2, "mean_eval"),
    "noise": ("variance_train", 1, 2, "variance_eval"), "no gradient, %": ("zero_gradient_share", 100, 1, None),
    "neighbours": ("neighbour_correlation", 1, 2, None), "hole": ("hole_size_train", 1, 2, None),
    "features": ("feature_correlation", 1, 2, None), "removal": ("removal_drop", 100, 1, None),
    "largest": ("removal_drop_largest", 100, 1, None)}
AFTER = {"zeros, %": ("zero_share_eval", 100, 1, None), "hole": ("hole_size_eval", 1, 2, None)}


def sites(sweep):
    return [text(site) for site in sweep.file["diagnostics/site"][:]]


def mean(sweep, figure, index, trials):
    if figure not in sweep.file["diagnostics"]:
        return None
    found = [sweep.diagnostic(figure, index, trial) for trial in trials]
    found = [value for value in found if value is not None]
    return float(np.mean(found)) if found else None


def complete_arms(sweep):
    return [(settings, [t for t in trials if sweep.complete[t]]) for settings, trials in sweep.arms()
            if any(sweep.complete[t] for t in trials)]


def inside(checker, section):
    sweep = checker.sweep
    hidden = 0
    for line in section.paragraphs:
        def more(match):
            nonlocal hidden
            hidden = int(match[1])
        checker.prose(section.title, line, [("95% intervals", lambda m: None), (r"(\d+) more are not listed", more)])
    arms = complete_arms(sweep)
    while section.tables and section.tables[0].title in (
            "At each site, last epoch", "Test accuracy on changed images, %"):
        table = section.tables.pop(0)
        (site_table if table.title.startswith("At") else changed)(checker, table, arms)
    pairs = []
    for factor, by in sweep.comparisons:
        for c in sweep.judged(factor, by)[0]:
            rows = list(effects(sweep, c))
            if rows:
                place = checker.phrases(c.by)
                title = f"Differences, {factor.replace('_', ' ')}: {shown(c.a)} − {shown(c.b)}" + (f" ({place})" if place else "")
                pairs.append((title, rows))
    total, seen = dict(pairs), 0
    for table in section.tables:
        rows = total.pop(table.title, None)
        if rows is None:
            checker.fail(section.title, f"the file has no contrast {table.title}")
            continue
        seen += len(table.rows)
        if seen < 400:
            checker.same(table.title, len(table.rows), len(rows))
        checker.same(table.title, table.head, ["figure", "place", "difference", "95% interval"])
        for row, (figure, place, d) in zip(table.rows, rows):
            where = f"{table.title}, {figure} at {place}"
            checker.same(where, row[:2], [figure.replace("_", " "), place])
            checker.number(where, row[2], float(np.mean(d)), 4, True)
            checker.interval(where, row[3], inference.interval(d, None, True)[0], 1, 4)
    checker.same("paired differences", seen + hidden, sum(len(rows) for _, rows in pairs))
    section.tables.clear()


def places(sweep, figure):
    """The names of a figure's numbers, in order."""
    group = sweep.file["diagnostics"]
    kind = {"shifted_accuracy": "shift", "occluded_accuracy": "patch"}.get(figure)
    return [f"{kind} {value}" for value in group[kind][:]] if kind else sites(sweep)


def effects(sweep, contrast):
    for figure in FIGURES:
        if figure not in sweep.file["diagnostics"] or figure == "hole_sizes_train":
            continue
        for index, place in enumerate(places(sweep, figure)):
            a, b = sweep.sides(contrast, lambda trial: sweep.diagnostic(figure, index, trial))
            if len(a):
                yield figure, place, a - b


def site_table(checker, table, arms):
    sweep, names = checker.sweep, sites(checker.sweep)
    columns, before = [], None
    for title in table.head[2:]:
        found = AFTER.get(before) if title == "eval" else COLUMNS.get(title)
        if found is None:
            return checker.fail("sites", f"nothing checks the column '{title}'")
        columns.append(found)
        before = title
    expected = {}
    for settings, trials in arms:
        for index, site in enumerate(names):
            row = []
            for figure, scale, digits, over in columns:
                value = mean(sweep, figure, index, trials)
                if over:
                    base = mean(sweep, over, index, trials)
                    value = None if value is None or not base else value / base
                row.append((None if value is None else scale * value, digits))
            if any(value is not None for value, _ in row):
                expected[checker.phrases(settings), site] = row
    checker.same("sites", len(table.rows), len(expected))
    for arm, site, *row in table.rows:
        where = f"{arm} at {site}"
        for found, (value, digits) in zip(row, expected.get((arm, site), [("no such row", 0)] * len(row))):
            checker.number(where, found, value, digits)


def changed(checker, table, arms):
    sweep = checker.sweep
    columns = [(figure, index, place) for figure in FIGURES[-2:] if figure in sweep.file["diagnostics"]
               for index, place in enumerate(places(sweep, figure))]
    checker.same("changed images", table.head, ["arm"] + [place for _, _, place in columns])
    checker.same("changed images", [row[0] for row in table.rows], [checker.phrases(s) for s, _ in arms])
    for row, (_, trials) in zip(table.rows, arms):
        for found, (figure, index, place) in zip(row[1:], columns):
            value = mean(sweep, figure, index, trials)
            checker.number(f"{row[0]}, {place}", found, value and 100 * value, 2)


def theory(checker, section):
    checker.prose(section.title, section.paragraphs[0], [])
    expected = list(of_accuracy(checker)) + list(of_diagnostics(checker))
    table = section.tables.pop(0)
    checker.same(section.title, len(table.rows), len(expected))
    for row in table.rows:
        match = next((item for item in expected if fits(row, item)), None)
        if match is None:
            checker.fail(section.title, f"the file does not say: {' | '.join(row)}")
        else:
            checker.checked += 1
            expected.remove(match)


def fits(row, expected):
    """Whether words agree, and numbers but for the last digit's rounding."""
    for found, words in zip(row, expected):
        pattern = r"\d+\.\d{3}\d*"
        numbers = re.findall(pattern, words)
        if re.sub(pattern, "#", found) != re.sub(pattern, "#", words):
            return False
        if any(abs(float(a) - float(b)) > 5.001e-4 for a, b in zip(re.findall(pattern, found), numbers)):
            return False
    return True


def of_accuracy(checker):
    sweep = checker.sweep
    if any(name not in sweep.of_cell for name in ("placement", "kind", "rate", "pool")):
        return
    for c in sweep.contrasts("placement", ["kind", "rate", "pool"]):
        pairs = [pair for seed in c.seeds for pair in seed]
        done = [pair for pair in pairs if len(sweep.values("accuracy", pair)) == 2]
        kind, rate, pool = (c.by[name] for name in ("kind", "rate", "pool"))
        sides = (c.a, c.b) in [("before", "after"), ("before-pool", "after-pool")]
        if not done or not sides or not rate or pool not in ("max", "average"):
            continue
        same = all(sweep.same_bits(*pair) for pair in done)
        seeds = sum(any(pair in done for pair in seed) for seed in c.seeds)
        measured = f"{'the same bits' if same else 'different figures'} in {seeds} seed{'' if seeds == 1 else 's'}"
        exact = math.frexp(1 / (1 - rate))[0] == .5
        if kind == "spatial" and pool == "max":
            words, outcome = "is the same to the bit.", same
        elif kind == "spatial" and exact:
            words = f"is the same to the bit at rate {shown(rate)}, where 1/(1−p) is a power of two."
            outcome = same
        elif kind == "spatial":
            words, outcome = "is the same but for rounding.", None
        elif kind == "element-wise":
            words, outcome = "are different trainings.", not same
        else:
            continue
        outcome = "open" if outcome is None else "confirmed" if outcome else "contradicted"
        name = f"{kind.capitalize()} dropout before and after {pool} pooling {words}"
        yield name, checker.phrases(c.by), measured, outcome


def of_diagnostics(checker):
    sweep = checker.sweep
    if "diagnostics" not in sweep.file:
        return
    names = sites(sweep) if "site" in sweep.file["diagnostics"] else []
    windows = sweep.file["diagnostics/site_window"][:].tolist() if names else []
    constants = sweep.constants()
    for settings, trials in complete_arms(sweep):
        of = constants | settings
        rate, kind, placement, pool = (of.get(name) for name in ("rate", "kind", "placement", "pool"))
        rate = rate or 0
        other = any((of.get(name) or 0) > 0 for name in sweep.rates if name not in ("rate", "dense_rate"))

        def value(figure, index):
            return mean(sweep, figure, index, trials)

        first = next((site for index, site in enumerate(names)
                      if site.endswith(f".{placement or '-'}") and value("mean_eval", index) is not None), None)
        for index, (site, k) in enumerate(zip(names, windows)):
            def row(words, measured, holds):
                return (f"{site}: {words}", checker.phrases(settings), measured,
                        "confirmed" if holds else "contradicted")
            drops = rate > 0 and not other
            zeros, z = value("zero_share_train", index), value("zero_share_eval", index)
            if site == first and drops and kind in ("element-wise", "spatial") and None not in (zeros, z):
                share = rate + (1 - rate) * z
                yield row(f"dropout leaves a share p + (1 − p)z of exact zeros, {share:.6f} here.",
                          f"{zeros:.6f}", abs(zeros - share) <= .02)
            behind = placement == "before-pool" and drops and first and \
                first.replace(".before-pool", ".after-pool") == site
            trained, evaluated = value("mean_train", index), value("mean_eval", index)
            if behind and kind == "element-wise" and k > 1 and trained is not None and (evaluated or 0) > 0:
                ratio, bound = trained / evaluated, (1 - rate ** k) / (1 - rate)
                if pool == "average":
                    yield row("the mean behind average pooling is the same in training and evaluation.",
                              f"ratio {ratio:.6f}", abs(ratio - 1) <= .05)
                elif pool == "max":
                    yield row("training over evaluation mean behind max pooling lies between 1 and "
                              f"(1 − pᵏ)/(1 − p) = {bound:.6f}.", f"ratio {ratio:.6f}",
                              .95 <= ratio <= 1.05 * bound)
            gradients = value("zero_gradient_share", index)
            if site.endswith(".before-pool") and pool == "max" and k > 1 and gradients is not None:
                yield row(f"at least (k − 1)/k = {(k - 1) / k:.6f} of a max pool's inputs have no gradient.",
                          f"{gradients:.6f}", gradients >= (k - 1) / k - 1e-6)
