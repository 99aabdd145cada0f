"""Dropgrid's random numbers in numpy: Philox4x32-10, keyed as Sources/TensorCore/Randomness.swift says.

Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11. Written from the paper and the
documented keying, not from the C: a third implementation of the masks beside CKernels and
Tests/TensorReference.
"""

import numpy as np

INITIALISATION, ORDER, MASK, MASK_TAIL, MONTE_CARLO, MONTE_CARLO_TAIL = range(6)
LOW = np.uint64(0xFFFFFFFF)


def philox(counter, key):
    """Four 32-bit words for each counter, the columns of `counter`: 4 × n."""
    c0, c1, c2, c3 = (np.asarray(c, np.uint64) for c in counter)
    k0, k1 = key
    for _ in range(10):
        p0 = c0 * np.uint64(0xD2511F53)
        p1 = c2 * np.uint64(0xCD9E8D57)
        high0, high1 = p0 >> np.uint64(32), p1 >> np.uint64(32)
        c0, c1, c2, c3 = high1 ^ c1 ^ np.uint64(k0), p1 & LOW, high0 ^ c3 ^ np.uint64(k1), p0 & LOW
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3])


def check_known_answers():
    """The known answers that the authors publish with Random123."""
    ones = 0xFFFFFFFF
    pi = [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]
    for counter, key, answer in [
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([ones] * 4, [ones] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (*pi, [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]),
    ]:
        words = philox([[c] for c in counter], key)[:, 0]
        assert words.tolist() == answer, "Philox4x32-10 does not give its known answers"


def words(indices, seed, stream, name, step=0, part=0):
    """The 32-bit words of the elements `indices`: four to a block."""
    indices = np.asarray(indices, np.uint64)
    block = indices // np.uint64(4)
    counter = block, *(np.full_like(block, word) for word in (step, name, stream << 28 | part))
    out = philox(counter, (seed & 0xFFFFFFFF, seed >> 32))
    return np.take_along_axis(out, (indices % np.uint64(4)).astype(np.int64)[None], 0)[0]


def mask_uniforms(indices, seed, stream, name, step, part=0):
    """Uniforms of 32 bits: a byte, of which a block has sixteen, and a tail of 24 bits."""
    indices = np.asarray(indices, np.uint64)
    word = words(indices // np.uint64(4), seed, stream, name, step, part)
    byte = word >> (np.uint64(8) * (indices % np.uint64(4))) & np.uint64(0xFF)
    tail = words(indices, seed, stream + 1, name, step, part) >> np.uint64(8)
    return byte << np.uint64(24) | tail


def keep(indices, rate, *key):
    """Whether each element stays: its uniform is not below the rate."""
    threshold = min(int(np.floor(rate * 2.0**32 + 0.5)), 2**32 - 1)
    return mask_uniforms(indices, *key) >= np.uint64(threshold)


def uniform(indices, *key):
    """Floats in [0, 1): the upper 24 bits of each word."""
    return (words(indices, *key) >> np.uint64(8)).astype(np.float32) * np.float32(2.0**-24)
