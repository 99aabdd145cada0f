"""Trials that did not end as planned, and where the file comes from."""
import json
import re
from datetime import datetime, timezone

import numpy as np

import inference
from sweep import shown, text


def stopped(checker, section):
    sweep = checker.sweep
    groups = {}
    arms = [([trial for trial in trials if sweep.status[trial] == "pruned"], settings)
            for settings, trials in sweep.arms()]
    # The first trial that was stopped gives the arm its place and its message.
    for pruned, settings in sorted((arm for arm in arms if arm[0]), key=lambda arm: arm[0][0]):
        message = sweep.messages[pruned[0]]
        value = re.search(r"its arm's [a-z_ ]+, ([-+.e\d]+), (is .*)$", message)
        reason = message if not value else re.sub(
            r"its arm's ([a-z_ ]+), [-+.e\d]+,", lambda m: f"the arm's {m[1].replace('_', ' ')}", message)
        groups.setdefault(reason[:1].upper() + reason[1:], []).append(
            (settings, [str(len(pruned))] + ([value[1]] if value else [])))
    total = sum(len(group) for group in groups.values())
    for line in section.paragraphs:
        checker.prose(section.title, line, [
            (r"^(\d+) of (\d+) trials ended by", lambda m: checker.same(
                "censored", [int(m[1]), int(m[2])], [sweep.status.count("censored"), len(sweep.status)])),
            (r"^(\d+) of (\d+) are not listed", lambda m: checker.same(
                "stopped", [int(m[1]), int(m[2])], [total - 100, total]))])
    if total > 100:
        return section.tables.clear()
    checker.same("reasons to stop", [table.title for table in section.tables], list(groups))
    for table, group in zip(section.tables, groups.values()):
        for where, row, expected in checker.rows(
                "stopped", table, [settings for settings, _ in group], [row for _, row in group], all=True):
            checker.same(where, row, expected)
    section.tables.clear()


def failed(checker, section):
    sweep = checker.sweep
    bad = [trial for trial, status in enumerate(sweep.status)
           if status in ("failed", "diverged", "timed_out")]
    for line in section.paragraphs:
        checker.prose(section.title, line, [
            (r"^(\d+) trials? did not", lambda m: checker.same("trials that failed", m[1], len(bad))),
            (r"^The first 200 are listed; (\d+) are not", lambda m: checker.same(
                "trials not listed", m[1], len(bad) - 200))])
    names = [name for name, values in sweep.columns.items() if len(set(values)) > 1]
    for row, trial in zip(section.tables.pop(0).rows, bad):
        phrase = checker.phrases({name: sweep.columns[name][trial] for name in names})
        checker.same(f"trial {trial}", row, [str(trial), sweep.status[trial], phrase, sweep.messages[trial]])


def constants(checker, line, columns):
    """Columns of one value, then settings that are no columns, which the configurations have."""
    line = line.removeprefix("Same in every trial: ").removesuffix(".")
    checker.same("constants", line[: len(columns)], columns)
    known = {}
    for trial in json.loads(text(checker.sweep.file["provenance/plan"][()]))["trials"]:
        for setting in trial["configuration"].split("\n"):
            name, _, value = setting.partition("=")
            values = value.split(",")
            known.setdefault(name, set()).add(value)
            known.setdefault("", set()).update([name, *re.split(r"[,:*]", value)])
            if name in ("sgd", "adam", "adamw"):
                known.setdefault("learning_rate", set()).add(float(values[0]))
            elif name == "data":
                for key, number_ in zip(("train", "test", "validation"), values):
                    known.setdefault(key, set()).add(number_)
    grid = text(checker.sweep.file["provenance/grid"][()])
    for part in filter(None, re.split(r", (?=[a-z_]+ )", line[len(columns):].removeprefix(", "))):
        name, _, value = part.partition(" ")
        found = known.get(name, known[""] | set(re.findall(r"[\w.-]+", grid)))
        found = {shown(item) for item in found}
        words = [value] if name in known else re.split(r"[ ,:*]", value)
        checker.same(f"constant {name}", [word for word in words if word not in found], [])


def source(checker, section):
    sweep = checker.sweep
    file, data, sessions = sweep.file, sweep.file["provenance/data"], sweep.file["provenance/sessions"]
    methods = {c.method for factor, by in sweep.comparisons for c in sweep.judged(factor, by)[0] if c.n}
    means = {inference.interval(np.array(x), (0, 1))[1] for _, trials in sweep.arms()
             if (x := sweep.values("accuracy", trials))}
    how = [", ".join(sorted(filter(None, found))) or "not known from so few seeds" for found in (methods, means)]
    expected = [f"Results file: {re.sub('.*/', '', sweep.file.filename)}. Engine: {sweep.attributes['engine']}."]
    expected += [f"Data: {text(name)}, SHA-256 {text(print_)}."
                 for name, print_ in zip(data["name"][:], data["fingerprint"][:])]
    same = ", ".join(f"{name} {shown(value)}" for name, value in sweep.constants().items())
    paragraphs = section.paragraphs[:-1]
    if paragraphs and paragraphs[-1].startswith("Same in every trial: "):
        constants(checker, paragraphs.pop(), same)
    elif same:
        checker.fail("source", "nothing is said of what is the same in every trial")
    checker.same("source", paragraphs, expected)
    note = section.paragraphs[-1]
    checker.same("intervals", re.findall(r"differences: (.*); means: (.*?)\)\.", note), [tuple(how)])
    checker.prose("intervals", note, [(r"Intervals hold 95% each", lambda m: None),
                                      (r"stand beside|leaves 0 out", lambda m: None)])
    lines = []
    for index, start in enumerate(sessions["start"][:]):
        if np.isfinite(start):
            date = datetime.fromtimestamp(int(start), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            lines += [f"# {date} on {text(sessions['cpu'][index])}, {text(sessions['versions'][index])}",
                      text(sessions["command_line"][index])]
    for name, code in (("Commands that wrote the file", "\n".join(lines)),
                       ("The grid file", text(file["provenance/grid"][()]))):
        if code:
            checker.same(name, section.code.pop(name, "").rstrip("\n"), code.rstrip("\n"))
