"""The table and the ratios that bench.py prints."""

import dataclasses
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import NamedTuple

OURS = "ours"
BINS = 10  # of FMA speed between 0 and the fastest of the run


class Window(NamedTuple):
    """One timed window, summed over the workers that ran at the same time."""

    ips: float  # images/s, total
    fma: float  # mean GFLOP/s of the FMA bursts around it; 0 if unknown
    cpu: float  # CPU time / wall time, mean over workers; 0 if unknown


@dataclass
class Row:
    """All that was measured of one program on one workload and batch."""

    mode: str
    program: str
    workload: str
    batch: int
    version: str = ""
    windows: list[Window] = field(default_factory=list)
    import_s: list[float] = field(default_factory=list)
    first_step_s: list[float] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)

    def add(self, results, windows):
        """Add one run: the results of its workers and the windows that they make up."""
        self.version = results[0].get("name", "")
        self.windows += windows
        for result in results:
            marks = result.get("marks", {})
            self.import_s.append(marks.get("import", 0.0))
            self.first_step_s.append(marks.get("first_step", 0.0))
            self.rss_mb.append(result.get("rss_mb", 0.0))

    @property
    def ips(self):
        """Median images/s."""
        return median(window.ips for window in self.windows)

    def as_dict(self):
        """For JSON."""
        windows = [window._asdict() for window in self.windows]
        return dataclasses.asdict(self) | {"windows": windows, "median_ips": self.ips}


def combine(results):
    """The windows of one run from the results of workers that ran at the same time."""
    windows = []
    states = [result["win"] for result in results if result.get("win")]
    for index, ips in enumerate(zip(*(result["ips"] for result in results))):
        now = [state[index] for state in states] or [(0.0, 0.0, 0.0)]
        fma = fmean(burst for before, after, _ in now for burst in (before, after))
        cpu = fmean(share for _, _, share in now)
        windows.append(Window(sum(ips), fma, cpu))
    if not windows:
        raise ValueError("no windows in the result")
    return windows


def table(rows):
    """One line per row."""
    lines = [
        f"{'mode':5}{'program':26}{'workload':12}{'batch':>5}{'images/s':>10}{'best':>9}"
        f"{'FMA':>6}{'CPU':>6}{'import s':>10}{'1st step s':>12}{'RSS MB':>8}"
    ]
    for row in rows:
        fma = median(window.fma for window in row.windows)
        cpu = median(window.cpu for window in row.windows)
        best = max(window.ips for window in row.windows)
        lines.append(
            f"{row.mode:5}{row.program:26}{row.workload:12}{row.batch:5}{row.ips:10.1f}"
            f"{best:9.1f}{fma:6.0f}{cpu:6.2f}{median(row.import_s):10.2f}"
            f"{median(row.first_step_s):12.2f}{max(row.rss_mb):8.0f}"
        )
    return "\n".join(lines)


def ratios(rows):
    """One line per workload and batch: ours against the best peer.

    First by medians over all windows, then at matching FMA: against the peer that comes
    closest, provided that the best one has windows that match.
    """
    groups = defaultdict(list)
    for row in rows:
        groups[row.workload, row.batch].append(row)
    fastest = max((w.fma for row in rows for w in row.windows), default=0.0)
    for (workload, batch), group in groups.items():
        ours = next((row for row in group if row.program == OURS), None)
        peers = [row for row in group if row is not ours]
        if not ours or not peers:
            continue
        best = max(peers, key=lambda row: row.ips)
        line = (
            f"{workload} b{batch}: ratio ours / best peer = {ours.ips / best.ips:.2f}"
            f" (best peer: {best.program}); at matching FMA "
        )
        matched = {peer.program: matched_ratio(ours, peer, fastest) for peer in peers}
        if matched[best.program]:
            (ratio, count), name = min((m, name) for name, m in matched.items() if m)
            yield line + f"{ratio:.2f} (best peer: {name}, {count} windows)"
        else:
            yield line + "unknown (no windows match)"


def ratio_lines(rows):
    """`ratio WORKLOAD bBATCH MODE = X`: our median to the best peer's, for scripts."""
    groups = defaultdict(list)
    for row in rows:
        groups[row.workload, row.batch, row.mode].append(row)
    for (workload, batch, mode), group in groups.items():
        ours = [row.ips for row in group if row.program == OURS]
        peers = [row.ips for row in group if row.program != OURS]
        if ours and peers:
            yield f"ratio {workload} b{batch} {mode} = {ours[0] / max(peers):.2f}"


def matched_ratio(ours, peer, fastest):
    """Ours to a peer while the cores were equally fast: (ratio, windows), or None.

    Windows are binned by FMA speed; each bin that holds windows of both gives a ratio
    of medians, weighted by the smaller number of windows.
    """
    bins = defaultdict(lambda: ([], []))
    for side, row in enumerate((ours, peer)):
        for window in row.windows:
            if window.fma:
                bins[round(BINS * window.fma / fastest)][side].append(window.ips)
    pairs = [(mine, theirs) for mine, theirs in bins.values() if mine and theirs]
    weights = [min(len(mine), len(theirs)) for mine, theirs in pairs]
    if not pairs:
        return None
    speedups = [median(mine) / median(theirs) for mine, theirs in pairs]
    return fmean(speedups, weights), sum(weights)
