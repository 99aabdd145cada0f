"""What a results file holds, read with h5py alone: trials, arms, contrasts, crossed parts."""
import functools
import itertools
import math
from dataclasses import dataclass

import h5py
import numpy as np

import inference

STATUS = "pending done failed diverged timed_out pruned censored".split()
OUTCOMES = {  # the unit that is shown, digits, and what a mean can be
    "accuracy": (100, 2, (0, 1)), "loss": (1, 3, None), "gap": (100, 2, (-1, 1)),
    "ECE": (100, 2, (0, 1)), "to loss": (1, 1, None), "best": (1, 1, None)}
METRICS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "test_ece", "val_loss",
           "val_accuracy", "fit_loss", "fit_accuracy", "mc_loss", "mc_accuracy")


def text(value):
    return value.decode().rstrip("\0") if isinstance(value, bytes) else str(value)


def level(value):
    """A setting: a number, a text, or None where it does not apply."""
    if isinstance(value, (bytes, str)):
        return text(value) or None
    return None if isinstance(value, np.floating) and math.isnan(value) else value.item()


def shown(value):
    if value is None:
        return "-"
    whole = isinstance(value, float) and value == round(value) and abs(value) < 1e15
    return str(int(value)) if whole else str(value)


def number(value):
    return isinstance(value, (int, float))


@dataclass
class Contrast:
    factor: str
    a: object
    b: object
    by: dict
    seeds: list  # for each seed the pairs (a's trial, b's trial) of different trials
    identical: int


class Sweep:
    def __init__(self, path):
        self.file = file = h5py.File(path)
        self.attributes = {key: text(value) for key, value in file.attrs.items()}
        self.columns = self.read_columns(file)
        self.cells = self.read_columns(file["cells"])
        self.trial_of_cell = file["cells/cell_trial"][:].tolist()
        self.status = [STATUS[code] for code in file["status"][:]]
        self.complete = [status in ("done", "censored") for status in self.status]
        self.epochs = file["epochs_run"][:].tolist()
        self.messages = [text(message) for message in file["message"][:]]
        self.metrics = {
            name: [row[:count] for row, count in zip(file[name][:], self.epochs)]
            for name in METRICS if name in file}
        self.margin = float(self.attributes["margin"]) if "margin" in self.attributes else None
        group = file["provenance/comparisons"]
        self.comparisons = [
            (text(factor), text(by).split()) for factor, by in zip(group["factor"][:], group["by"][:])]
        lowest = [min(row) for row, good in zip(self.metrics["train_loss"], self.complete)
                  if good and len(row) and np.isfinite(row).all()]
        self.target = max(lowest) if lowest else None
        # One value for each cell: as the trials have it, or as the grid wrote it.
        self.of_cell = {
            name: [values[trial] for trial in self.trial_of_cell]
            for name, values in self.columns.items()} | self.cells
        self.rates = [
            name for name, values in self.columns.items()
            if (name == "rate" or name.endswith("_rate")) and name != "learning_rate"
            and any(number(value) and value > 0 for value in values)]

    @staticmethod
    def read_columns(group):
        names = text(group.attrs["coordinates"]).split()
        return {name: [level(value) for value in group[name][:]] for name in names}

    def last(self, name, trial):
        row = self.metrics.get(name, {trial: []})[trial]
        good = self.complete[trial] and len(row) and np.isfinite(row[-1])
        return float(row[-1]) if good else None

    def outcome(self, name, trial):
        if name == "gap":
            ends = self.last("train_accuracy", trial), self.last("test_accuracy", trial)
            return None if None in ends else ends[0] - ends[1]
        if name in ("to loss", "best"):
            row = self.metrics["train_loss" if name == "to loss" else "test_loss"][trial]
            if not self.complete[trial] or not len(row) or not np.isfinite(row).all():
                return None
            bound = self.target if name == "to loss" else np.nanmin(np.where(np.isfinite(row), row, np.nan))
            return float(np.argmax(row <= bound) + 1) if (row <= bound).any() else None
        return self.last({"accuracy": "test_accuracy", "loss": "test_loss", "ECE": "test_ece"}[name], trial)

    def values(self, name, trials):
        found = [self.outcome(name, trial) for trial in trials]
        return [value for value in found if value is not None]

    def varying(self, columns):
        return [name for name, values in columns.items() if name != "seed" and len(set(values)) > 1]

    def constants(self):
        return {name: values[0] for name, values in self.columns.items()
                if len(set(values)) == 1 and values[0] is not None}

    def arms(self):
        """Settings and trials of each, in the order of the plan."""
        names, arms = self.varying(self.columns), {}
        for trial in range(len(self.status)):
            arms.setdefault(tuple(self.columns[name][trial] for name in names), []).append(trial)
        return [(dict(zip(names, key)), trials) for key, trials in arms.items()]

    def cell_groups(self):
        """The same for combinations as written that have a complete trial; each trial once."""
        names, groups = self.varying(self.cells), {}
        for cell, trial in enumerate(self.trial_of_cell):
            trials = groups.setdefault(tuple(self.cells[name][cell] for name in names), [])
            if self.complete[trial] and trial not in trials:
                trials.append(trial)
        return [(dict(zip(names, key)), trials) for key, trials in groups.items() if trials]

    def resolved(self, name):
        """For each cell what it was set to, None where that does not apply, and whether its trial has it.

        What the grid did not write is what the trial has. Old files say block size 0 of trials without.
        """
        own = [value if name != "block_size" or value != 0 else None
               for value in self.columns.get(name, [])]
        values, has = [], []
        for written, trial in zip(self.of_cell[name], self.trial_of_cell):
            found = own[trial] if own else written
            values.append(found if written is None else written)
            has.append(found is not None if own else written is not None)
        return values, has

    def contrasts(self, factor, by):
        return self.compared(factor, tuple(by))[0]

    @functools.cache
    def compared(self, factor, by):
        """Every contrast, and what is left out: [reason, place, level, cells]."""
        cells = range(len(self.trial_of_cell))
        level_of, _ = self.resolved(factor)
        of = {name: self.resolved(name) for name in {*by, *self.cells} - {factor, "seed"}}
        others = [name for name in self.cells if name not in (*by, factor, "seed")]
        seeds = self.of_cell.get("seed", [None] * len(cells))
        rest = [(seeds[cell], *(of[name][0][cell] for name in others)) for cell in cells]
        place = [tuple(of[name][0][cell] for name in by) for cell in cells]
        groups, without = {}, {}
        for cell in cells:
            if level_of[cell] is None:
                without[place[cell]] = without.get(place[cell], 0) + 1
            else:
                groups.setdefault(place[cell], {}).setdefault(level_of[cell], {})[rest[cell]] = cell
        # A trial without a setting counts in every group that agrees in the others.
        own = {key: {level: dict(found) for level, found in sides.items()} for key, sides in groups.items()}
        for cell in cells:
            if level_of[cell] is None:
                continue
            fits = [key for key in groups if all(
                not of[name][1][cell] or key[index] == place[cell][index] for index, name in enumerate(by))]
            for key in fits:
                groups[key].setdefault(level_of[cell], {}).setdefault(rest[cell], cell)
            if any(key.count(None) < place[cell].count(None) for key in fits):
                own[place[cell]][level_of[cell]].pop(rest[cell], None)
        groups = {key: sides for key, sides in groups.items() if any(own[key].values())}
        levels = list(dict.fromkeys(value for value in level_of if value is not None))
        numeric = all(number(value) for value in levels)
        if numeric:
            levels.sort()
        found, left, paired = [], [], set()

        def agree(a, b):
            return seeds[a] == seeds[b] and all(
                of[name][0][a] == of[name][0][b] or not of[name][1][a] or not of[name][1][b] for name in others)

        def contrast(key, a, b):
            first, second = groups[key][a], groups[key][b]
            pairs = [(cell, second[where]) for where, cell in first.items() if where in second]
            known = {(self.trial_of_cell[x], self.trial_of_cell[y]) for x, y in pairs}
            loose = [(x, y) for where, x in first.items() if where not in second
                     for y in second.values() if agree(x, y)]
            loose += [(x, y) for where, y in second.items() if where not in first
                      for x in first.values() if agree(x, y)]
            for x, y in loose:
                trials = self.trial_of_cell[x], self.trial_of_cell[y]
                if trials not in known:
                    known.add(trials)
                    pairs.append((x, y))
            paired.update(*pairs)
            of_seed, identical = {}, 0
            for x, y in pairs:
                trials = self.trial_of_cell[x], self.trial_of_cell[y]
                if trials[0] == trials[1]:
                    identical += 1
                else:
                    of_seed.setdefault(seeds[x], []).append(trials)
            if pairs:
                found.append(Contrast(factor, a, b, dict(zip(by, key)), list(of_seed.values()), identical))
            return bool(pairs)

        def judged(key, level):
            return any(self.outcome("accuracy", self.trial_of_cell[cell]) is not None
                       for cell in groups[key][level].values())

        for key in groups:
            there = [level for level in levels if level in groups[key]]
            if not numeric:
                for a, b in itertools.combinations(there, 2):
                    contrast(key, a, b)
            while numeric and len(there) > 1:
                base = next((level for level in there if judged(key, level)), there[0])
                below = [level for level in there if level < base] if judged(key, base) else []
                there = [level for level in there if level != base and not contrast(key, level, base)]
                left += [("incomplete", key, level, 0, base) for level in below if level not in there]
        for key in groups:
            for level, side in groups[key].items():
                missing = [cell for cell in side.values() if place[cell] == key and cell not in paired]
                if missing:
                    reason = "alone" if len(groups[key]) == 1 else \
                        "unmatched" if len(missing) == len(side) else "partly"
                    left.append((reason, key, level, len(missing), None))
        left += [("without", key, None, count, None) for key, count in without.items()]
        return found, left

    def sides(self, contrast, value):
        """Both sides' means over the pairs of each seed, of what `value` says of a trial."""
        a, b = [], []
        for pairs in contrast.seeds:
            both = [(value(x), value(y)) for x, y in pairs]
            both = [pair for pair in both if None not in pair]
            if both:
                a.append(sum(x for x, _ in both) / len(both))
                b.append(sum(y for _, y in both) / len(both))
        return np.array(a), np.array(b)

    def same_bits(self, a, b):
        return all(rows[a].tobytes() == rows[b].tobytes() for rows in self.metrics.values())

    def judged(self, factor, by):
        """The family of a comparison with everything that is said of it, and how many are outside."""
        return self.family(factor, tuple(by))

    @functools.cache
    def family(self, factor, by):
        everything = self.contrasts(factor, by)
        family = [contrast for contrast in everything if contrast.seeds]
        level_of_one = .05 / max(1, len(family))
        reach = inference.seeds_to_reach(level_of_one)
        for c in family:
            pairs = [pair for seed in c.seeds for pair in seed]
            c.done = [(x, y) for x, y in pairs if self.values("accuracy", (x, y)) and
                      len(self.values("accuracy", (x, y))) == 2]
            c.missing = len(pairs) - len(c.done)
            c.stopped = not c.done and all("pruned" in (self.status[x], self.status[y]) for x, y in pairs)
            judged = [self.outcome("accuracy", trial) is not None or self.status[trial] == "pending"
                      for pair in pairs for trial in pair]
            c.lost = not c.done and not c.stopped and not any(
                x and y for x, y in zip(judged[::2], judged[1::2]))
            c.a_values, c.b_values = self.sides(c, lambda trial: self.outcome("accuracy", trial))
            c.d = c.a_values - c.b_values
            c.n = len(c.d)
            c.same = bool(c.done) and all(self.same_bits(x, y) for x, y in c.done)
            c.mean = float(np.mean(c.d)) if c.n else None
            c.interval, c.method = inference.interval(c.d, (-1, 1), True) if c.n else (None, None)
            c.tie = inference.slack(c.a_values, c.b_values)
            c.p = 1.0 if c.same or not c.n else inference.sign_flip(c.d, c.tie)
            spread = c.n > 2 and np.ptp(c.a_values) > 0 and np.ptp(c.b_values) > 0
            c.r = float(np.corrcoef(c.a_values, c.b_values)[0, 1]) if spread else None
            margin = self.margin and self.margin / 100
            c.within = None if margin is None else 1.0 if not c.n else max(
                inference.positive_p(c.d + margin, c.tie), inference.positive_p(margin - c.d, c.tie))
        adjusted = inference.holm([c.p for c in family])
        within = inference.holm([c.within for c in family]) if self.margin is not None else []
        for index, c in enumerate(family):
            c.adjusted, c.more = adjusted[index], None
            c.reachable = inference.smallest_p(c.n) <= level_of_one
            c.equivalent = bool(within) and c.n > 0 and within[index] <= .05
            if c.same:
                c.verdict = "identical to the bit"
            elif not c.n:
                c.verdict = "stopped early" if c.stopped else "no data"
            elif c.adjusted <= .05:
                c.verdict = "better" if c.mean > 0 else "worse"
            elif c.equivalent:
                c.verdict = "equivalent"
            else:
                c.verdict = "not shown" if c.reachable else "too few seeds"
                deviation = np.std(c.d, ddof=1) if c.n > 1 else 0
                if c.n > 2 and c.mean != 0 and reach:
                    needed = reach if deviation == 0 else inference.pairs_needed(
                        abs(c.mean) / deviation, level_of_one)
                    c.more = needed and max(1, max(needed, reach) - c.n)
        return family, len(everything) - len(family), reach

    @functools.cache
    def crossed(self):
        """The crossed part of docs/analysis.md: names, levels, an array of accuracies, what is left out."""
        names = [name for name in self.cells if name != "seed" and len(set(self.cells[name])) > 1]
        if "seed" not in self.of_cell or not names:
            return None
        columns = [self.cells[name] for name in names] + [self.of_cell["seed"]]
        levels = []
        for column in columns:
            found = list(dict.fromkeys(column))
            levels.append(sorted(found) if all(map(number, found)) else found)
        everything = [list(found) for found in levels]
        if math.prod(map(len, levels)) > 200_000:
            return None
        uses = {trial: self.trial_of_cell.count(trial) for trial in set(self.trial_of_cell)}
        values = {
            tuple(column[cell] for column in columns): self.outcome("accuracy", trial)
            for cell, trial in enumerate(self.trial_of_cell) if uses[trial] == 1}
        while True:
            table = np.array([values.get(key) is None for key in itertools.product(*levels)])
            table = table.reshape([len(found) for found in levels])
            if not table.any():
                break
            worst = None
            for axis, found in enumerate(levels):
                shares = np.moveaxis(table, axis, 0).reshape(len(found), -1)
                for index, row in enumerate(shares):
                    key = (row.mean(), -row.size)
                    if row.any() and (worst is None or key >= worst[0]):
                        worst = (key, axis, index)
            del levels[worst[1]][worst[2]]
            if any(not found for found in levels) or len(levels[-1]) < 2:
                return None
        kept = [axis for axis in range(len(names)) if len(levels[axis]) > 1]
        if not kept:
            return None
        data = np.array([values[key] for key in itertools.product(*levels)])
        data = data.reshape([len(levels[axis]) for axis in kept] + [len(levels[-1])])
        left = [(name, value) for name, all_, found in zip(names, everything, levels)
                for value in all_ if value not in found]
        return [names[axis] for axis in kept], [levels[axis] for axis in kept], data, left

    @functools.cache
    def figures(self, figure):
        return self.file["diagnostics"][figure][:]

    def diagnostic(self, figure, index, trial):
        """A figure of the last epoch."""
        if not self.complete[trial] or not self.epochs[trial]:
            return None
        value = self.figures(figure)[trial, self.epochs[trial] - 1].reshape(-1)[index]
        return float(value) if np.isfinite(value) else None
