"""Recompute the checksums of a results file, as docs/results-file.md describes them.

    python python_checksums.py first-look.h5

Needs h5py and numpy. It checks every finished row, and the weights of the first three.
"""

import sys

import h5py
import numpy as np


def crc32c(data, table=[]):
    """CRC-32C: reflected polynomial 0x82F63B78, start and final exclusive-or 0xFFFFFFFF."""
    if not table:
        for byte in range(256):
            for _ in range(8):
                byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
            table.append(byte)
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 255]
    return value ^ 0xFFFFFFFF


def stored(dataset, row):
    """The bytes of one row as they stand in the file: little-endian, texts padded with NUL."""
    return np.ascontiguousarray(dataset[row : row + 1]).tobytes()


def main(path):
    assert crc32c(b"123456789") == 0xE3069283
    with h5py.File(path) as file:
        columns = file["row_crc32c"].attrs["columns"].decode().split()
        # The rows of weights by trial, where the file keeps any.
        weights = {}
        for group in file.get("weights", {}).values():
            for row, trial in enumerate(group["trial_of_row"]):
                weights[trial] = group, row
        finished = np.flatnonzero(file["status"][()])
        for trial in finished:
            data = b"".join(stored(file[name], trial) for name in columns)
            if trial in weights:
                group, row = weights[trial]
                data += stored(group["crc32c"], row)
            assert crc32c(data) == file["row_crc32c"][trial], f"trial {trial} is damaged"
        print(f"{len(finished)} finished rows match their checksums")
        for trial in [trial for trial in finished if trial in weights][:3]:
            group, row = weights[trial]
            names = [name.decode() for name in group["parameters"]]
            data = b"".join(stored(group[name], row) for name in names)
            assert crc32c(data) == group["crc32c"][row], f"the weights of {trial} are damaged"
            print(f"trial {trial}: {len(data)} bytes of weights match theirs")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
