"""The sentences at the top of a report, and what comparisons leave out."""
import re

import inference
from sweep import shown

POINTS = (r"(-?[\d.]+) points of test accuracy \((?:95% interval (\S+) to (\S+), )?(\d+) seeds?"
          r"(?:, p [=<] ([\d.]+))?(, within the margin)?\)"
          r"(?:\. (?:About (\d+)|(More than 1000)) more seeds?)?")


def check(checker, paragraphs):
    sweep, index = checker.sweep, 0
    for factor, by in sweep.comparisons:
        where = f"answer on {factor}"
        text = variance(checker, where, paragraphs[index], factor, by)
        text = left_out(checker, where, text, factor, by, not sweep.judged(factor, by)[0])
        answer(checker, where, text, *sweep.judged(factor, by))
        index += 1
    for number_, text in enumerate(paragraphs[index:-1]):
        addition(checker, f"addition {number_ + 1}", text, number_)
    counts(checker, paragraphs[-1])


def variance(checker, where, text, factor, by):
    """`text` without what it says of the analysis of variance, which stands there where the two differ."""
    sweep, name = checker.sweep, factor.replace("_", " ")
    known = [c for c in sweep.judged(factor, by)[0] if c.n]
    is_shown = any(c.verdict in ("better", "worse") for c in known)
    crossed, expected = sweep.crossed(), ""
    if crossed and factor in crossed[0] and known:
        axis, data = crossed[0].index(factor), crossed[2]
        _, f, df, p = inference.variance_table(data)[0][(axis,)]
        within = df * (data.shape[-1] - 1)
        places = ", ".join(by).replace("_", " ")
        if f is not None and not is_shown and p <= .05:
            expected = (f" Averaged over {places} the analysis of variance sees {name} (#, unadjusted): compare "
                        f"{name} alone to test that." if by else
                        " The analysis of variance, which looks at all levels at once and is not adjusted, sees "
                        f"{name} (#).")
        elif f is not None and is_shown and p > .05 and not by:
            expected = f" The analysis of variance, which looks at all levels at once, does not see {name} (#)."
    found = re.search(r" (?:Averaged over [\w, ]+ the|The) analysis of variance\b[^()]*"
                      r"\((F\((\d+), (\d+)\) = ([\d.]+), p ([=<]) ([\d.]+))[^()]*\)[^.]*\.", text)
    checker.same(where, found[0].replace(found[1], "#") if found else "", expected)
    if not found or not expected:
        return text
    checker.same(where, [found[2], found[3], found[5]], [str(df), str(within), "<" if p < .001 else "="])
    checker.number(where, found[4], f, 1)
    checker.number(where, found[6], .001 if p < .001 else p, 3)
    return text.replace(found[0], "")


def counts(checker, text):
    status = checker.sweep.status
    done, names = sum(checker.sweep.complete), set(status)

    def some(match):
        checker.same("trials", match[1], status.count(match[2]))
        names.discard(match[2].replace(" ", "_"))

    checker.prose("trials", text, [
        (r"The only trial is complete", lambda m: checker.same("trials", status, ["done"])),
        (r"All (\d+) trials are complete", lambda m: checker.same("trials", [m[1], len(status)], [str(done), done])),
        (r"(\d+) of (\d+) trials? (?:is|are) complete",
         lambda m: (checker.same("trials", m[1], done), checker.same("trials", m[2], len(status)))),
        (r"(\d+) (pending|failed|diverged|timed_out|pruned)", some)])
    left = names - {"done", "censored"}
    if left:
        checker.fail("trials", f"nothing is said of {left}")


def addition(checker, where, text, index):
    group = checker.sweep.file["provenance/extensions"]
    generation = checker.sweep.file["generation"][:]
    rows = [i for i in range(len(group["trials"])) if group["finished"][i] > 0 and (generation == i + 1).any()]
    step = rows[index]
    words = []
    for name, values in checker.sweep.cells.items():
        first = {}
        for value, trial in zip(values, checker.sweep.trial_of_cell):
            first[value] = min(first.get(value, generation[trial]), generation[trial])
        fresh = [value for value, number_ in first.items() if number_ == step + 1 and value is not None]
        span = len(fresh) > 2 and all(isinstance(value, int) for value in fresh) and \
            max(fresh) - min(fresh) == len(fresh) - 1
        if span:
            words.append(f"{name.replace('_', ' ')} {min(fresh)} to {max(fresh)}")
        elif fresh:
            rest = f" and {len(fresh) - 10} more" if len(fresh) > 10 else ""
            words.append(f"{name.replace('_', ' ')} {', '.join(map(shown, fresh[:10]))}{rest}")
    expected = [group["finished"][step], group["trials"][step], (generation == step + 1).sum()]
    pattern = r"when (\d+) of (\d+) trials had ended: (\d+) trials?(?: \((.*?)\))?\."
    checker.prose(where, text, [(pattern, lambda m: checker.same(
        where, [*map(int, m.groups()[:3]), m[4] or ""], [*map(int, expected), ", ".join(words)]))])


def answer(checker, where, text, family, outside, reach):
    size = len(family)
    known = [c for c in family if c.n]
    of = {}
    for c in known:
        of.setdefault(c.verdict, []).append(c)
    found = of.get("better", []) + of.get("worse", [])
    undecided = of.get("not shown", []) + of.get("too few seeds", [])
    largest = max(found, key=lambda c: abs(c.mean), default=None)
    hopeless = not found and "equivalent" not in of and undecided and not of.get("not shown")
    if hopeless:
        expected = [max(undecided, key=lambda c: abs(c.mean))]
    elif size <= 2:
        expected = [c for c in family if c.n and c.verdict != "identical to the bit"]
    else:
        expected = [largest] if largest else []
    phrases = {f"the margin of ±{checker.sweep.margin:g} points"} if checker.sweep.margin else set()
    for c in family:
        phrases |= {checker.phrases(c.by), checker.phrase(c.factor, c.a), checker.phrase(c.factor, c.b)}
        phrases |= {checker.phrase(*item) for item in c.by.items()}
    told, end = list(expected), 0

    def effect(match):
        nonlocal end
        before, end = match.string[end: match.start()].lower(), match.end()
        named = [c for c in told if all(phrase.lower() in before for phrase in (
            checker.phrases(c.by), checker.phrase(c.factor, c.a), checker.phrase(c.factor, c.b)))]
        if not named:
            return checker.fail(where, f"these are not the figures to tell: {before}{match[0]}")
        c = named[0]
        told.remove(c)
        # A verdict in favour of b turns the difference around.
        sign = -1 if c.verdict == "worse" else 1
        checker.number(where, match[1], 100 * sign * c.mean, 2)
        ends = c.interval and sorted(100 * sign * end for end in c.interval)
        checker.same(where, match[2] is None, ends is None)
        if ends and match[2]:
            checker.number(where, match[2], ends[0], 2)
            checker.number(where, match[3], ends[1], 2)
        checker.same(where, match[4], c.n)
        if sign == -1 or c.verdict == "better":
            checker.p(where, ("<" if f"p < {match[5]}" in match[0] else "") + str(match[5]), c.adjusted)
        checker.same(where, match[6] is not None, c.equivalent and c in found)
        more = None if hopeless or c.more is None else "1000" if c.more > 1000 else str(c.more)
        checker.same(where, match[8] and "1000" or match[7], more)

    def count(some):
        def look(match):
            checker.same(where, match[1], len(some))
            if match.lastindex == 2 and match[2]:
                checker.same(where, match[2], len(known))
        return look

    def verdicts(match):
        wins = {"better": of.get("better", []), "worse": of.get("worse", [])}
        pair = len({(c.a, c.b) for c in family}) == 1
        if pair and match[1] == "better":
            wins["better"] = max(wins["better"], wins["worse"], key=len)
        elif pair:
            wins["worse"] = min(wins["worse"], wins["better"], key=len)
        checker.same(where, match[2], len(wins[match[1]]))
        if match[3]:
            checker.same(where, match[3], len(known))

    bounds = [abs(end) for c in known if c.interval and not c.same for end in c.interval]
    seeds = max((c.n for c in undecided), default=0)
    rules = [
        (POINTS, effect),
        (r"gave identical figures[^.]*?, to the bit, in (\d+) seeds?",
         lambda m: checker.same(where, m[1] in [str(c.n) for c in of.get("identical to the bit", [])], True)),
        (r"with (\d+) seeds? and (\d+) contrasts?", lambda m: (
            checker.same(where, m[1], seeds), checker.same(where, m[2], size))),
        (r"at least (\d+) seeds?", lambda m: checker.same(where, m[1], reach)),
        (r"Identical to the bit in (\d+) of (\d+)", lambda m: (
            checker.same(where, m[1], len(of.get("identical to the bit", []))), checker.same(where, m[2], size))),
        (r"Every 95% interval lies within ±([\d.]+) points", lambda m: checker.number(
            where, m[1], 100 * max(bounds), 2)),
        (r"is shown in any of (\d+) settings", count(known)),
        (r"no difference shown in (\d+)(?: of (\d+))?", count(undecided)),
        (r"equivalent within the margin in (\d+)(?: of (\d+))?", count(of.get("equivalent", []))),
        (r"identical to the bit in (\d+)(?: of (\d+))?", count(of.get("identical to the bit", []))),
        (r"[Aa] difference in (\d+) of (\d+)", count(found)),
        (r"(better|worse)(?: than [^;]*?)? in (\d+)(?: of (\d+))?(?: settings)?", verdicts),
        (r"In (\d+) more the stopping rule", count([c for c in family if c.verdict == "stopped early"])),
        (r"In (\d+) more a side of every pair", count([c for c in family if c.lost])),
        (r"In (\d+) more nothing is complete",
         count([c for c in family if c.verdict == "no data" and not c.lost])),
    ]
    checker.prose(where, text, rules + [(r".+", lambda m: leftover(checker, where, m[0], phrases))])
    if told:
        checker.fail(where, f"nothing is said of {len(told)} contrasts that decide the answer")


LEFT_OUT = {
    "alone": r"Compared with nothing, because no other level is there: (.+?)\.(?= [A-Z]|$)",
    "unmatched": r"Compared with nothing, because no other level has all else equal: (.+?)\.(?= [A-Z]|$)",
    "partly": r"Left out, because nothing has all else equal: (.+?)\.(?= [A-Z]|$)",
    "incomplete": r"None of its trials is complete: (.+?)\.(?= [A-Z]|$)",
    "without": r"[\w ]+ does not apply: (.+?)\.(?= [A-Z]|$)"}


def left_out(checker, where, text, factor, by, all_=True):
    """Looks at what a comparison leaves out, and gives the text without it."""
    parts = checker.sweep.compared(factor, tuple(by))[1]

    def name(part):
        reason, key, level, cells, instead = part
        place = checker.phrases(dict(zip(by, key)))
        count, there = "1 cell" if cells == 1 else f"{cells} cells", f" ({place})" if place else ""
        if reason == "without":
            return place or count
        words = checker.phrase(factor, level) + there
        if reason == "incomplete":
            ended = {}
            for trial in {checker.sweep.trial_of_cell[cell] for cell in range(len(checker.sweep.trial_of_cell))
                          if checker.sweep.resolved(factor)[0][cell] == level
                          and tuple(checker.sweep.resolved(n)[0][cell] for n in by) == key}:
                status = checker.sweep.status[trial].replace("_", " ")
                ended[status] = ended.get(status, 0) + 1
            words += ": " + ", ".join(f"{ended[status]} {status}" for status in sorted(ended))
            return f"{words}, so the others stand beside {checker.phrase(factor, instead)}"
        return f"{count} of {words}" if reason == "partly" else words

    for reason, pattern in LEFT_OUT.items():
        expected = [name(part) for part in parts if part[0] == reason]
        match = re.search(pattern, text)
        if match:
            found = match[1].split("; ")
            if len(expected) > 8:
                checker.same(f"{where}, {reason}", found.pop(), f"and {len(expected) - 8} more")
            checker.same(f"{where}, {reason}", len(found), min(8, len(expected)))
            for words in found:
                checker.same(f"{where}, {reason}, {words}", words in expected, True)
            text = text.replace(match[0], "")
        elif expected and all_:
            checker.fail(where, f"nothing is said of what is left out: {expected[0]}")
    return text


def leftover(checker, where, text, phrases):
    rest = checker.known(text, phrases)
    if any(map(str.isdigit, rest)):
        checker.fail(where, f"figures that nothing checks: {' '.join(rest.split())}")
