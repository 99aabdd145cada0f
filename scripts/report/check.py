"""Computes every figure of a report again from its results file.

    check.py FILE REPORT…               leaves with 1 where a figure differs, and where the report has
                                        one that nothing here checks
    check.py --mutate N FILE REPORT…    checks the check: N figures of each report are falsified, one
                                        at a time, and each must be found
"""
import contextlib
import io
import re
import sys

import numpy as np

import answers
import diagnostics
import inference
import page
import plots
import records
from checker import Checker
from sweep import OUTCOMES, Sweep, number, shown


def main(arguments):
    mutations = 0
    if arguments[0] == "--mutate":
        mutations, arguments = int(arguments[1]), arguments[2:]
    sweep, bad = Sweep(arguments[0]), 0
    for path in arguments[1:]:
        report = open(path, encoding="utf-8").read()
        if mutations:
            bad += mutate(sweep, path, report, mutations)
            continue
        checker = check(sweep, path, report)
        print(f"{path}: {checker.checked} figures, {checker.wrong} wrong or not checked")
        bad += checker.wrong
        if checker.checked < 20:
            bad += 1
            print(f"{path}: that is hardly a report")
    sys.exit(bad > 0)


def check(sweep, path, text_):
    report, checker = page.read(text_), Checker(sweep, path)
    title, name = sweep.attributes["title"], re.sub(".*/", "", sweep.file.filename)
    checker.same("title", report.title, title)
    if report.edges:
        footer = f"Made by Dropgrid. Every figure is computed from {name}."
        checker.same("title and footer", report.edges, [title, footer])
    claim = sweep.attributes.get("claim", "")
    intro = [sweep.attributes["question"], claim and f"Claim: {claim}"]
    checker.same("question and claim", report.intro, [line for line in intro if line])
    answers.check(checker, report.answer.paragraphs)
    facts(checker, report.facts)
    titles = [section.title for section in report.sections]
    for section in report.sections:
        check_section(checker, section)
    for factor, by in sweep.comparisons:
        if any(contrast.seeds for contrast in sweep.contrasts(factor, by)):
            checker.same("sections", comparison_title(sweep, factor, by) in titles, True)
    if any(sweep.complete):
        checker.same("sections", "Every arm" in titles, True)
    return checker


def mutate(sweep, path, report, count):
    """How many of `count` figures with a false last digit the check does not find.

    The digit is two too high: what lies in the middle may be rounded either way.
    """
    blanked = re.sub(r"<style>.*?</style>", lambda match: " " * len(match[0]), report, flags=re.S)
    words = r">[^<]*" if report.startswith("<!") else r"(?s).+"
    places = [part.start() + figure.end() - 1 for part in re.finditer(words, blanked)
              for figure in re.finditer(r"\d+(\.\d+)?", part[0])]
    chosen = places[:: max(1, len(places) // count)]
    missed = 0
    for place in chosen:
        changed = report[:place] + str((int(report[place]) + 2) % 10) + report[place + 1:]
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                found = check(sweep, path, changed).wrong > 0
        except (AttributeError, IndexError, KeyError, TypeError, ValueError, page.ET.ParseError):
            found = True
        if not found:
            missed += 1
            print(f"{path}: nobody notices a change in '…{report[place - 60: place + 20]}…'")
    print(f"{path}: of {len(chosen)} falsified figures {missed} were not found")
    return missed


def comparison_title(sweep, factor, by):
    several = sum(other == factor for other, _ in sweep.comparisons) > 1
    return (f"What {factor} does" + (f" for each {', '.join(by)}" if several and by else "")).replace("_", " ")


def check_section(checker, section):
    known = {
        "How much, and where": rates, "How they learn": learning,
        "What explains the differences": variance, "Theory beside measurement": diagnostics.theory,
        "Inside the networks": diagnostics.inside, "Every arm": arms, "Stopped early": records.stopped,
        "What failed": records.failed, "How to reproduce": records.source}
    comparison = {comparison_title(checker.sweep, factor, by): (factor, by)
                  for factor, by in checker.sweep.comparisons}
    if section.title in comparison:
        contrasts(checker, section, *comparison[section.title])
    elif section.title in known:
        known[section.title](checker, section)
    else:
        return checker.fail(section.title, "nothing checks this section")
    for table in section.tables:
        checker.fail(section.title, f"nothing checks the table '{table.title}'")
    for plot in section.plots:
        checker.fail(section.title, f"nothing checks the plot '{plot.get('aria-label')}'")
    if section.code:
        checker.fail(section.title, f"nothing checks {list(section.code)}")


def facts(checker, found):
    sweep = checker.sweep
    every = sweep.arms()
    best = max((np.mean(x), -i) for i, (_, trials) in enumerate(every) if (x := sweep.values("accuracy", trials))) \
        if any(sweep.complete) else None
    for value, name in found:
        if name == "trials complete":
            checker.same(name, value, f"{sum(sweep.complete)} of {len(sweep.complete)}")
        elif name == "arms":
            checker.same(name, value, len(every))
        elif name == "seeds":
            checker.same(name, value, max(sum(sweep.complete[t] for t in trials) for _, trials in every))
        elif name.startswith("best arm"):
            settings, trials = every[-best[1]]
            phrase = checker.phrases(settings)
            checker.same(name, name, "best arm" + (f": {phrase}" if phrase else ""))
            estimate(checker, name, value.removesuffix("%"), sweep.values("accuracy", trials), (0, 1))
        else:
            checker.fail("facts", f"nothing checks '{name}'")


def estimate(checker, where, found, values, limits, sign=False):
    """`84.97 ±0.78` of figures that are shown in hundredths."""
    mean, _, half = found.partition(" ±")
    ends, _ = inference.interval(np.array(values), limits)
    checker.number(where, mean, 100 * float(np.mean(values)), 2, sign)
    checker.number(where, half, ends and 50 * (ends[1] - ends[0]), 2, missing="")


def contrasts(checker, section, factor, by):
    family, outside, _ = checker.sweep.judged(factor, by)
    few = [c.n for c in family if 0 < c.n < 3]
    lines = " ".join(line for line in section.paragraphs if any(
        re.fullmatch(pattern, line) for pattern in answers.LEFT_OUT.values()))
    answers.left_out(checker, section.title, lines, factor, by)
    for line in section.paragraphs:
        if line in lines:
            continue
        checker.prose(section.title, line, [
            (r"margin of ±([\d.]+) points", lambda m: checker.same("margin", float(m[1]), checker.sweep.margin)),
            (r"^(\d+) more compares? ", lambda m: checker.same("left out", m[1], outside)),
            (r"^(\d+) contrasts? (?:is|are) in the table alone", lambda m: checker.same("not in the plot", m[1], len(family) - plotted(family))),
            (r"there is no interval under 3", lambda m: checker.same("two seeds", max(few, default=0), 2))])
    table = section.tables.pop(0)
    counts = {c.n for c in family}
    title = "Differences in test accuracy"
    if len(counts) == 1:
        title += f", {family[0].n} seed{'' if family[0].n == 1 else 's'} each"
    checker.same(section.title, table.title, title)
    pairs = len({(c.a, c.b) for c in family}) > 1
    ordered = []
    settings = [dict(c.by) | ({factor: f"{shown(c.a)} − {shown(c.b)}"} if pairs else {}) for c in family]
    heads = ["points", "95% interval"] + ["seeds"] * (len(counts) > 1) + ["p (Holm)", "r", "verdict", "seeds to go"]
    checker.same(section.title, table.head[-len(heads):], heads)
    for where, row, c in checker.rows(section.title, table, settings, family):
        ordered.append(c)
        row = list(row)
        checker.number(where, row.pop(0), 100 * c.mean if c.n else None, 2, True)
        checker.interval(where, row.pop(0), c.interval, 100, 2)
        if len(counts) > 1:
            checker.same(where, row.pop(0), c.n)
        checker.p(where, row.pop(0), c.adjusted)
        checker.number(where, row.pop(0), c.r, 2)
        words = c.verdict
        if words in ("better", "worse") and not number(c.a):
            words = f"{c.a if words == 'better' else c.b} better"
        checker.same(where, row.pop(0), words)
        checker.same(where, row.pop(0), "" if c.more is None else ">1000" if c.more > 1000 else c.more)
    others(checker, section, factor, family)
    for plot in section.plots[:1]:
        shown_ = plots.covering([c for c in ordered if c.n], 40, lambda c: [shown(c.a), shown(c.b)] + [
            f"{name} {shown(value)}" for name, value in c.by.items()])
        plots.effects(checker, section.title, plot, shown_)
    del section.plots[:1]


def others(checker, section, factor, family):
    """The same pairs in test loss, gap and calibration error."""
    family = [c for c in family if c.n]
    figures = {"loss": (1, 3, None), "gap": (100, 2, (-2, 2)), "ECE": (100, 2, (-1, 1))}
    found = {name: [checker.sweep.sides(c, lambda trial: checker.sweep.outcome(name, trial)) for c in family]
             for name in figures}
    figures = {name: value for name, value in figures.items() if any(len(a) for a, _ in found[name])}
    if not figures:
        return
    table = section.tables.pop(0)
    checker.same(section.title, table.title, "The same pairs in other figures, not adjusted")
    pairs = len({(c.a, c.b) for c in family}) > 1
    settings = [dict(c.by) | ({factor: f"{shown(c.a)} − {shown(c.b)}"} if pairs else {}) for c in family]
    heads = [name if name == "loss" else f"{name}, points" for name in figures]
    checker.same(section.title, table.head[-len(heads):], heads)
    for where, row, index in checker.rows(section.title, table, settings, range(len(family))):
        for text, (name, (scale, digits, limits)) in zip(row, figures.items()):
            a, b = found[name][index]
            if not len(a):
                checker.same(where, text, "-")
                continue
            mean, _, half = text.partition(" ±")
            ends, _ = inference.interval(a - b, limits, True)
            checker.number(f"{where}, {name}", mean, scale * float(np.mean(a - b)), digits, True)
            checker.number(
                f"{where}, {name}", half, ends and scale * (ends[1] - ends[0]) / 2, digits, missing="")


def plotted(family):
    return min(40, sum(c.n > 0 for c in family))


def rates(checker, section):
    hidden = plots.rates(checker, section)
    panels(checker, section, hidden)


def learning(checker, section):
    hidden = plots.learning(checker, section)
    panels(checker, section, hidden)


def panels(checker, section, counts):
    """What is said of panels: how many there are, where there is no room for all."""
    for line in section.paragraphs:
        checker.prose(section.title, line, [
            ("with 95% intervals", lambda m: None),
            (r"^(\d+) of (\d+) panels are drawn", lambda m: checker.same(
                section.title, [int(m[1]), int(m[2])], counts))])
    said = any("panels are drawn" in line for line in section.paragraphs)
    checker.same(f"{section.title}, panels left out", said, counts[0] < counts[1])


def variance(checker, section):
    crossed = checker.sweep.crossed()
    if crossed is None:
        checker.same(section.title, section.paragraphs[0].startswith("No analysis of variance: "), True)
        return checker.prose(section.title, section.paragraphs[0], [("200,000", lambda m: None)])
    names, levels, data, left = crossed

    def size(match):
        checker.same(section.title, match[1], data[..., 0].size)
        checker.same(section.title, match[2], data.shape[-1])

    def missing(match):
        words = ", ".join(f"{name} {shown(value)}" for name, value in left)
        checker.same(section.title, match[1], words)

    table, seeds, rest = inference.variance_table(data)
    for line in section.paragraphs:
        checker.prose(section.title, line, [
            (r"(\d+) cells × (\d+) seeds", size),
            (r"^(\d+) more interactions? ha(?:s|ve) no map", lambda m: checker.same(
                "maps left out", int(m[1]), plots.interactions(table) - len(section.plots))),
            (r"at most 16 columns", lambda m: None), (r"merged or incomplete: (.*)\.$", missing)])
    shares = section.tables.pop(0)
    checker.same(section.title, shares.head, ["source", "share of variance, %", "F", "df", "p (unadjusted)"])
    terms = {" × ".join(names[axis] for axis in axes): row for axes, row in table.items()}
    checker.same(section.title, sorted(row[0] for row in shares.rows), sorted([*terms, "seed", "the rest"]))
    for row in shares.rows:
        where = f"variance of {row[0]}"
        share, f, df, p = terms.get(row[0], (seeds if row[0] == "seed" else rest, 0, "", 0))
        checker.number(where, row[1], 100 * share, 1)
        if row[0] in terms:
            checker.number(where, row[2], f, 2)
            checker.same(where, row[3], df)
            checker.p(where, row[4], p)
        else:
            checker.same(where, row[2:], ["", "", ""])
    marginal = section.tables.pop(0)
    checker.same(section.title, marginal.head, ["factor", "level", "points from the mean", "95% interval"])
    expected = [(axis, index) for axis, found in enumerate(levels) for index in range(len(found))]
    checker.same("levels", [row[:2] for row in marginal.rows],
                 [[names[axis], shown(levels[axis][index])] for axis, index in expected])
    for row, (axis, index) in zip(marginal.rows, expected):
        per_seed = np.take(data, index, axis=axis).reshape(-1, data.shape[-1]).mean(axis=0) \
            - data.reshape(-1, data.shape[-1]).mean(axis=0)
        where = f"level {row[0]} {row[1]}"
        checker.number(where, row[2], 100 * per_seed.mean(), 2, True)
        checker.interval(where, row[3], inference.interval(per_seed, (-1, 1))[0], 100, 2)
    plots.maps(checker, section, names, levels, data, table)


def arms(checker, section):
    sweep = checker.sweep
    every = [(settings, trials) for settings, trials in sweep.arms() if any(sweep.complete[t] for t in trials)]
    for line in section.paragraphs:
        checker.prose(section.title, line, [
            (r"The best of (\d+) was", lambda m: checker.same("arms", m[1], len(every))),
            (r"(\d+) more arms? ha(?:s|ve) no complete trial", lambda m: checker.same(
                "arms without a trial", m[1], len(sweep.arms()) - len(every))),
            (r"\(Guo et al. 2017\)", lambda m: None),
            (r"training loss of ([\d.]+) or", lambda m: checker.number("target", m[1], float(sweep.target), 3))])
    table = section.tables.pop(0)
    titles = {"accuracy, %": "accuracy", "95% interval": "interval", "loss": "loss", "gap": "gap",
              "ECE, %": "ECE", "to loss": "to loss", "best": "best", "seeds": "seeds"}
    means = []
    for where, row, trials in checker.rows(
            "arm", table, [settings for settings, _ in every], [trials for _, trials in every]):
        for title, found in zip(table.head[-len(row):], row):
            name = titles.get(title)
            if name == "seeds":
                done = sum(sweep.complete[trial] for trial in trials)
                checker.same(where, found, f"{done}/{len(trials)}")
            elif name == "interval":
                values = np.array(sweep.values("accuracy", trials))
                checker.interval(where, found, inference.interval(values, (0, 1))[0], 100, 2)
            elif name:
                scale, digits, _ = OUTCOMES[name]
                values = sweep.values(name, trials)
                checker.number(where, found, scale * np.mean(values) if values else None, digits)
                if name == "accuracy":
                    means.append(np.mean(values) if values else 0)
            else:
                checker.fail(where, f"nothing checks the column '{title}'")
    checker.same("arms, the best first", all(a >= b - 1e-9 for a, b in zip(means, means[1:])), True)


if __name__ == "__main__":
    main(sys.argv[1:])
