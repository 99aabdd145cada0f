"""Checks that other programs read a results file, one line per reader.

Usage: check_readers.py FILE, with the packages of requirements-readers.txt installed.
"""

import subprocess
import sys

import h5py
import numpy as np
import pandas as pd
import xarray as xr

FIGURES = [
    "train_loss", "train_accuracy", "test_loss", "test_accuracy",
    "val_loss", "val_accuracy", "fit_loss", "fit_accuracy",
]  # fmt: skip
STATUS = ["pending", "done", "failed", "diverged", "timed_out", "pruned", "censored"]


def same(left, right):
    """Equality of arrays that may hold texts, or NaN."""
    left, right = np.asarray(left), np.asarray(right)
    if left.dtype.kind in "fc":
        return np.array_equal(left, right, equal_nan=True)
    return left.tolist() == right.tolist()


def texts(dataset):
    return dataset.asstr()[...]


def attribute(place, name):
    """A text attribute; h5py gives the bytes of those of fixed length."""
    value = place.attrs[name]
    return value.decode() if isinstance(value, bytes) else value


def crc_tables():
    tables = np.zeros((8, 256), np.uint32)
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = np.where(values & 1, values >> 1 ^ np.uint32(0x82F63B78), values >> 1)
    tables[0] = values
    for k in range(1, 8):
        tables[k] = tables[k - 1] >> 8 ^ tables[0][tables[k - 1] & 255]
    return tables


TABLES = crc_tables()


def crc32c(rows):
    """CRC32C of each row of a matrix of bytes, all rows at once."""
    count, length = rows.shape
    crc = np.full(count, 0xFFFFFFFF, np.uint32)
    whole = length // 8 * 8
    words = np.ascontiguousarray(rows[:, :whole]).view("<u4").reshape(count, -1).T.copy()
    for position in range(0, whole // 4, 2):
        low, high = crc ^ words[position], words[position + 1]
        crc = TABLES[7][low & 255] ^ TABLES[6][low >> 8 & 255]
        crc ^= TABLES[5][low >> 16 & 255] ^ TABLES[4][low >> 24]
        crc ^= TABLES[3][high & 255] ^ TABLES[2][high >> 8 & 255]
        crc ^= TABLES[1][high >> 16 & 255] ^ TABLES[0][high >> 24]
    for position in range(whole, length):
        crc = crc >> 8 ^ TABLES[0][(crc ^ rows[:, position]) & 255]
    return (crc ^ np.uint32(0xFFFFFFFF)).astype(np.int64)


def weight_checksums(group, rows):
    """The checksums of the given rows of an architecture's weights, a piece at a time."""
    parameters = [group[name] for name in texts(group["parameters"])]
    row_bytes = sum(4 * int(np.prod(dataset.shape[1:])) for dataset in parameters)
    step = max(1, (64 << 20) // row_bytes)
    pieces = [
        crc32c(np.concatenate([stored_bytes(d[rows[i : i + step]]) for d in parameters], axis=1))
        for i in range(0, len(rows), step)
    ]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int64)


def stored_bytes(array):
    """The bytes of each row as the file has them."""
    array = np.ascontiguousarray(array)
    return array.view(np.uint8).reshape(len(array), -1)


def check_h5py(path):
    with h5py.File(path, "r") as file:
        assert attribute(file, "format") == "dropgrid" and file.attrs["format_version"] == 3
        assert attribute(file["status"], "flag_meanings").split() == STATUS
        assert file["status"].attrs["flag_values"].tolist() == list(range(7))
        trials, epochs = len(file["trial"]), len(file["epoch"])
        figures = [name for name in FIGURES if name in file]
        assert figures, "no figures"
        for name in figures:
            assert file[name].shape == (trials, epochs) and file[name].dtype == np.float32
            assert file[name].dims[0][0].name == "/trial"
            assert file[name].dims[1][0].name == "/epoch"
        status, run = file["status"][...], file["epochs_run"][...]
        for row in np.flatnonzero(status == 1):
            assert np.isfinite(file[figures[0]][row, : run[row]]).all()
        assert all(len(name) == 32 for name in texts(file["trial_id"]))
        for name in attribute(file, "coordinates").split():
            assert file[name].shape == (trials,)
        return f"{trials} trials, {np.count_nonzero(status)} finished, {len(figures)} figures"


def check_checksums(path):
    with h5py.File(path, "r") as file:
        status = file["status"][...]
        names = attribute(file["row_crc32c"], "columns").split()
        parts = [stored_bytes(file[name][...]) for name in names]
        if "weights" in file:
            sums = np.zeros(len(status), "<i8")
            for group in file["weights"].values():
                ended = np.flatnonzero(status[group["trial_of_row"][...]])
                computed = weight_checksums(group, ended)
                assert same(computed, group["crc32c"][...][ended]), f"weights of {group.name}"
                sums[group["trial_of_row"][...]] = group["crc32c"][...]
            kept = np.isin(texts(file["architecture"]), list(file["weights"]))
            assert kept.all(), "an architecture without weights"
            parts.append(stored_bytes(sums))
        ended = status != 0
        computed = crc32c(np.concatenate(parts, axis=1)[ended])
        assert same(computed, file["row_crc32c"][...][ended]), "rows"
        return f"{np.count_nonzero(ended)} rows match over {len(names)} columns"


def check_xarray(path, engine):
    with h5py.File(path, "r") as file, xr.open_dataset(path, engine=engine) as runs:
        columns = attribute(file, "coordinates").split()
        assert set(columns) | {"trial", "epoch"} <= set(runs.coords), list(runs.coords)
        assert dict(runs.sizes) == {"trial": len(file["trial"]), "epoch": len(file["epoch"])}
        for name in [name for name in FIGURES if name in file]:
            assert runs[name].dims == ("trial", "epoch")
            assert same(runs[name], file[name][...]), name
        for name in columns:
            is_text = h5py.check_string_dtype(file[name].dtype)
            assert same(runs[name], texts(file[name]) if is_text else file[name][...]), name
        assert same(runs["message"].astype(str), texts(file["message"]))
        assert same(runs["trial_id"].astype(str), texts(file["trial_id"]))
        finished = runs["status"].values == 1
        assert runs["finished_at"].dtype.kind == "M"
        assert not pd.isna(runs["finished_at"].values[finished]).any()
        frame = runs["test_loss"].isel(epoch=-1).to_dataframe() if "test_loss" in runs else None
        assert frame is None or set(columns) <= set(frame.columns)
        return f"{len(runs.data_vars)} variables, coordinates {', '.join(columns)}"


def check_cells(path):
    runs = xr.open_dataset(path, engine="h5netcdf")
    cells = xr.open_dataset(path, engine="h5netcdf", group="cells")
    joined = runs.isel(trial=cells.cell_trial).assign_coords(cells.coords)
    figure = next(name for name in FIGURES if name in runs)
    assert joined[figure].dims == ("cell", "epoch")
    for cell in range(0, cells.sizes["cell"], max(1, cells.sizes["cell"] // 100)):
        trial = int(cells.cell_trial[cell])
        assert same(joined[figure][cell], runs[figure][trial])
        for name in cells.attrs.get("coordinates", "").split() or list(cells.coords):
            assert same(joined[name][cell], cells[name][cell]), name
    return f"{cells.sizes['cell']} cells joined to {runs.sizes['trial']} trials"


def check_tree(path, engine):
    with xr.open_datatree(path, engine=engine) as tree, h5py.File(path, "r") as file:
        paths = [node.path for node in tree.subtree]
        assert "/cells" in paths and "/provenance/sessions" in paths, paths
        for name, group in file.get("weights", {}).items():
            for parameter in texts(group["parameters"]):
                layer, role = parameter.split("/")
                array = tree[f"weights/{name}/{layer}"][role]
                assert array.dims == tuple(attribute(group[parameter], "axes").split()), array.dims
                assert array.shape == group[parameter].shape
        return f"{len(paths)} groups"


def check_command(*command):
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for word in ["trial", "epoch", "status", "cell_trial", "row_crc32c"]:
        assert word in text, f"no {word} in its output"
    return f"{len(text.splitlines())} lines"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = sys.argv[1]
    checks = [
        ("h5py", lambda: check_h5py(path)),
        ("checksums, recomputed", lambda: check_checksums(path)),
        ("xarray, h5netcdf", lambda: check_xarray(path, "h5netcdf")),
        ("xarray, netcdf4", lambda: check_xarray(path, "netcdf4")),
        ("xarray, cells to trials", lambda: check_cells(path)),
        ("xarray datatree, h5netcdf", lambda: check_tree(path, "h5netcdf")),
        ("xarray datatree, netcdf4", lambda: check_tree(path, "netcdf4")),
        ("h5dump -H", lambda: check_command("h5dump", "-H", path)),
        ("ncdump -h", lambda: check_command("ncdump", "-h", path)),
    ]
    failures = 0
    for name, check in checks:
        try:
            print(f"ok    {name}: {check()}", flush=True)
        except FileNotFoundError as error:
            failures += 1
            print(f"FAIL  {name}: {error.filename} is not installed", flush=True)
        except Exception as error:  # each reader fails in its own way
            failures += 1
            print(f"FAIL  {name}: {type(error).__name__}: {error}", flush=True)
    if failures:
        sys.exit(f"{path}: {failures} of {len(checks)} readers failed")


if __name__ == "__main__":
    main()
