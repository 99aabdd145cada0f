"""Compares what a report says with what it should say, and counts."""
import re

from sweep import number, shown

PLACES = {
    "input": "dropout of the images", "conv.input": "dropout in front of convolutions",
    "before-norm": "dropout before normalisation", "after-norm": "dropout after normalisation",
    "before-activation": "dropout before activations", "after-activation": "dropout after activations",
    "dense.input": "dropout in front of dense layers", "dense": "dropout after dense layers",
    "logits.input": "dropout in front of the logits"}
KINDS = {"drop-connect": "DropConnect", "drop-block": "DropBlock"}


class Checker:
    def __init__(self, sweep, name):
        self.sweep, self.name = sweep, name
        self.checked = self.wrong = 0

    def fail(self, where, message):
        self.wrong += 1
        print(f"{self.name}: {where}: {message}")

    def same(self, where, found, expected):
        self.checked += 1
        if str(found) != str(expected):
            self.fail(where, f"the report says '{found}', the file '{expected}'")

    def number(self, where, found, value, digits, sign=False, missing="-"):
        """`found` is `value` with that many digits; exactly half a unit may go either way."""
        if value is None:
            return self.same(where, found, missing)
        self.checked += 1
        pattern = r"[-+]?\d+" + (rf"\.\d{{{digits}}}" if digits else "")
        good = re.fullmatch(pattern, found) and abs(float(found) - value) <= .5 * 10 ** -digits + 1e-7
        if good and sign:
            good = found[0] in "+-" or float(found) == 0
        if not good:
            self.fail(where, f"the report says '{found}', the file {value:.{digits + 3}f}")

    def interval(self, where, found, ends, scale, digits):
        if ends is None:
            return self.same(where, found, "-")
        parts = found.split(" to ")
        if len(parts) != 2:
            return self.fail(where, f"'{found}' is no interval")
        for part, end in zip(parts, ends):
            self.number(where, part, end * scale, digits)

    def p(self, where, found, value):
        if value is None or value < .001:
            return self.same(where, found, "-" if value is None else "<0.001")
        self.number(where, found, value, 3)

    def prose(self, where, text, rules):
        """Each rule's pattern is looked for and blanked; a digit that is left was not checked."""
        for pattern, look in rules:
            def blank(match):
                look(match)
                return " " * len(match[0])
            text = re.sub(pattern, blank, text)
        if re.search(r"\d", text):
            self.fail(where, f"figures that nothing checks: {' '.join(text.split())}")

    def known(self, text, phrases):
        """`text` without phrases of settings, which are names and no figures."""
        for phrase in sorted(phrases, key=len, reverse=True):
            text = re.sub(rf"(?<![\w.]){re.escape(phrase)}(?![\w.]*\d)", "…", text, flags=re.I)
        return text

    def phrase(self, name, value):
        words = shown(value)
        if name == "placement":
            if words in PLACES:
                return PLACES[words]
            for start in ("before", "after"):
                if words.startswith(start):
                    return f"dropout {start} pooling"
            return f"placement {words}"
        if name == "kind":
            return KINDS.get(words, f"{words} dropout")
        if name == "pool":
            return {"strided": "strided convolutions", "none": "no pooling"}.get(words, f"{words} pooling")
        if name == "rate" and number(value) and value == 0 and len(self.sweep.rates) <= 1:
            return "no dropout"
        return f"{name.replace('_', ' ')} {words}"

    def phrases(self, settings):
        return ", ".join(self.phrase(*item) for item in settings.items() if item[1] is not None)

    def rows(self, where, table, settings, expected, all=False):
        """Pairs of a row's figures and what `expected` has for its settings, which differ by row.

        Rows show only the settings that differ between them; all of them where there is one row, or
        where `all` says so.
        """
        keys = [tuple(map(shown, item.values())) for item in settings]
        names = list(settings[0]) if settings else []
        kept = [index for index in range(len(names))
                if all or len(keys) == 1 or len({key[index] for key in keys}) > 1]
        self.same(f"{where}, columns", table.head[: len(kept)], [names[i].replace("_", " ") for i in kept])
        self.same(f"{where}, rows", len(table.rows), len(keys))
        left = {}
        for key, value in zip(keys, expected):
            left.setdefault(tuple(key[i] for i in kept), []).append(value)
        for row in table.rows:
            key = tuple(row[: len(kept)])
            if not left.get(key):
                self.fail(where, f"the file has no row {key}")
                continue
            yield f"{where}, {' '.join(key)}", row[len(kept):], left[key].pop(0)
