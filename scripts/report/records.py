"""Trials that did not end as planned, and where the file comes from."""
import re
from datetime import datetime, timezone

import numpy as np

import inference
from sweep import shown, text


def stopped(checker, section):
    sweep = checker.sweep
    groups = {}
    # Their first trial's message is the arm's.
    for settings, trials in sweep.arms():
        pruned = [trial for trial in trials if sweep.status[trial] == "pruned"]
        if pruned:
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
    checker.prose(section.title, section.paragraphs[0], [
        (r"^(\d+) trials? did not", lambda m: checker.same("trials that failed", m[1], len(bad)))])
    names = [name for name, values in sweep.columns.items() if len(set(values)) > 1]
    for row, trial in zip(section.tables.pop(0).rows, bad):
        phrase = checker.phrases({name: sweep.columns[name][trial] for name in names})
        checker.same(f"trial {trial}", row, [str(trial), sweep.status[trial], phrase, sweep.messages[trial]])


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
    expected += [f"Same in every trial: {same}."] if same else []
    checker.same("source", section.paragraphs[:-1], expected)
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
