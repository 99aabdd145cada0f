"""The statistics of docs/analysis.md, from the formulas there, in NumPy and SciPy."""
import functools
import itertools
import math

import numpy as np
import scipy.stats as st

RESAMPLES, DRAWS, MOST_EXACT = 9_999, 65_535, 30


def bits(counters):
    """Outputs of SplitMix64 started at 0."""
    with np.errstate(over="ignore"):
        z = (np.asarray(counters, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def signed_sums(d):
    sums = np.zeros(1)
    for x in d:
        sums = np.concatenate([sums + x, sums - x])
    return sums


def slack(a, b):
    """What sums of single-precision figures and of their differences can be off by."""
    return 2.0 ** -23 * (np.maximum(1, np.abs(a)) + np.maximum(1, np.abs(b))).sum()


def sign_flip(d, tie):
    """Two-sided p; sums closer than `tie` are equal."""
    threshold = abs(math.fsum(d)) - tie
    if threshold <= 0:
        return 1.0
    if len(d) <= 20:
        return float(np.mean(np.abs(signed_sums(d)) >= threshold))
    if len(d) <= MOST_EXACT:
        low, high = signed_sums(d[: len(d) // 2]), np.sort(signed_sums(d[len(d) // 2:]))
        hits = (len(high) - np.searchsorted(high, threshold - low, side="left")).sum()
        return 2.0 * float(hits) / (len(low) * len(high))
    count = (len(d) + 63) // 64
    drawn = bits(np.arange(DRAWS * count)).reshape(DRAWS, count, 1)
    signs = ((drawn >> np.arange(64, dtype=np.uint64)) & np.uint64(1)).reshape(DRAWS, -1)[:, : len(d)]
    sums = np.where(signs == 0, d, -np.asarray(d)).sum(axis=1)
    return (1 + int((np.abs(sums) >= threshold).sum())) / (1 + DRAWS)


def positive_p(d, tie):
    """One-sided p of a positive mean."""
    if math.fsum(d) <= tie:
        return 1.0
    p = sign_flip(d, tie)
    return p / 2 if len(d) <= MOST_EXACT else (p * (DRAWS + 1) + 1) / (2 * (DRAWS + 1))


def smallest_p(n):
    return 1.0 if n < 1 else 2.0 ** (1 - n) if n <= MOST_EXACT else 1 / (DRAWS + 1)


def seeds_to_reach(level):
    return next((n for n in range(1, MOST_EXACT + 2) if smallest_p(n) <= level), None)


def t_interval(x):
    """Nil under three values, and where there is no spread."""
    if len(x) < 3 or np.std(x, ddof=1) == 0:
        return None
    half = st.t.ppf(.975, len(x) - 1) * np.std(x, ddof=1) / math.sqrt(len(x))
    return np.mean(x) - half, np.mean(x) + half


def typical_values(d):
    """The sign-flip test inverted: means of subsets (Hartigan 1969)."""
    n, k = len(d), math.floor(.05 * 2 ** (len(d) - 1))
    if k < 1 or n >= 20:
        return None
    sums, sizes = np.zeros(1), np.zeros(1)
    for x in d:
        sums, sizes = np.concatenate([sums, sums + x]), np.concatenate([sizes, sizes + 1])
    means = np.sort(sums[1:] / sizes[1:])
    return means[k - 1], means[-k]


def bca(x):
    """Bias-corrected and accelerated (Efron 1987), from the documented generator."""
    x, n = np.asarray(x), len(x)
    if x.min() == x.max():
        return x[0], x[0]
    words = (n + 1) // 2
    drawn = bits(np.arange(RESAMPLES * words)).reshape(RESAMPLES, words)
    halves = np.stack([drawn >> np.uint64(32), drawn & np.uint64(0xFFFFFFFF)], axis=-1)
    picks = (halves.reshape(RESAMPLES, -1)[:, :n] * np.uint64(n)) >> np.uint64(32)
    means = np.sort(np.cumsum(x[picks.astype(int)], axis=1)[:, -1] / n)
    mean = sum(x) / n
    share = np.clip((means < mean).sum() + .5 * (means == mean).sum(), .5, RESAMPLES - .5) / RESAMPLES
    bias = st.norm.ppf(share)
    a = ((x - mean) ** 3).sum() / (6 * ((x - mean) ** 2).sum() ** 1.5)
    ends = []
    for z in (st.norm.ppf(.025), st.norm.ppf(.975)):
        ends.append(np.quantile(means, st.norm.cdf(bias + (bias + z) / (1 - a * (bias + z)))))
    return min(ends), max(ends)


def interval(x, limits=None, differences=False):
    """The 95% interval of the table in docs/analysis.md, cut to what is possible; and its name."""
    return known_interval(tuple(map(float, x)), limits, differences)


@functools.cache
def known_interval(x, limits, differences):
    if differences and (found := typical_values(x)) is not None:
        return found, "sign flip"
    found, name = (bca(x), "BCa") if len(x) >= 20 else (t_interval(x), "Student's t")
    if found is None:
        return None, None
    if limits:
        found = tuple(min(max(end, limits[0]), limits[1]) for end in found)
    return found, name


def holm(ps):
    adjusted, largest = [0.0] * len(ps), 0.0
    for rank, index in enumerate(np.argsort(ps, kind="stable")):
        largest = max(largest, min(1, (len(ps) - rank) * ps[index]))
        adjusted[index] = largest
    return adjusted


def pairs_needed(effect, level):
    """Guenther 1981, power 80%."""
    z = st.norm.ppf(1 - level / 2)
    n = math.ceil(((z + st.norm.ppf(.8)) / effect) ** 2 + z * z / 2)
    return n if n <= 1_000_000 else None


def projections(y, axes):
    """`y` projected on the effect of `axes`: centred along them, averaged along all others."""
    for axis in range(y.ndim):
        mean = y.mean(axis=axis, keepdims=True)
        y = y - mean if axis in axes else np.broadcast_to(mean, y.shape)
    return y


def variance_table(y):
    """Repeated measures: the last axis of `y` is the seed. Shares, F, degrees and p by effect."""
    factors, seed = range(y.ndim - 1), y.ndim - 1
    total = ((y - y.mean()) ** 2).sum()
    table, shares = {}, 0.0
    for axes in itertools.chain(itertools.combinations(factors, 1), itertools.combinations(factors, 2)):
        squares = (projections(y, axes) ** 2).sum()
        error = (projections(y, axes + (seed,)) ** 2).sum()
        df = math.prod(y.shape[axis] - 1 for axis in axes)
        within = df * (y.shape[seed] - 1)
        f = squares / df / (error / within) if error > 1e-12 * total else None
        share = squares / total if total > 0 else 0
        shares += share
        table[axes] = (share, f, df, None if f is None else st.f.sf(f, df, within))
    seeds = (projections(y, (seed,)) ** 2).sum() / total if total > 0 else 0
    return table, seeds, max(0, 1 - seeds - shares)
