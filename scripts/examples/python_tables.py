"""A results file as pandas tables, with h5py alone: trials, cells joined to trials, curves.

    python python_tables.py first-look.h5
"""

import sys

import h5py
import numpy as np
import pandas as pd


def column(dataset):
    """A column of the file; text comes as bytes, padded in columns of fixed width."""
    values = dataset[()]
    if values.dtype.kind in "SO":
        return [value.decode() for value in values]
    return values


def names(place, attribute="coordinates"):
    """The names that an attribute lists."""
    text = place.attrs[attribute]
    return (text.decode() if isinstance(text, bytes) else text).split()


def trials(file):
    """One row per trial: settings, how it ended, and its figures at the last epoch."""
    words = names(file["status"], "flag_meanings")
    table = pd.DataFrame({name: column(file[name]) for name in names(file)})
    table.index.name = "trial"
    table["trial_id"] = column(file["trial_id"])
    table["status"] = [words[value] for value in file["status"]]
    table["epochs_run"] = file["epochs_run"][()]
    last = np.maximum(table["epochs_run"].to_numpy() - 1, 0)
    for name in ("train_loss", "train_accuracy", "test_loss", "test_accuracy"):
        table[name] = file[name][()][np.arange(len(table)), last]
        # A row that is pending may be half-written.
        table.loc[table["status"] == "pending", name] = np.nan
    return table


def cells(file):
    """One row per combination as the grid has it, with the figures of the trial behind it."""
    group = file["cells"]
    table = pd.DataFrame({name: column(group[name]) for name in names(group)})
    table["trial"] = group["cell_trial"][()]
    table["rule"] = column(group["cell_rule"])
    return table.join(trials(file)[["status", "test_loss", "test_accuracy"]], on="trial")


def main(path):
    with h5py.File(path) as file:
        table = trials(file)
        print(table["status"].value_counts().to_string(), "\n")
        joined = cells(file)
        axes = [name for name in names(file["cells"]) if not name.startswith("seed")]
        print("Test accuracy of every cell, over the seeds:")
        done = joined[joined["status"] == "done"]
        print(done.groupby(axes, dropna=False)["test_accuracy"].agg(["mean", "std", "size"]).round(4))
        # A cell has the figures of its trial, whoever trained it.
        assert done["test_loss"].equals(done["trial"].map(table["test_loss"]).rename("test_loss"))
        assert len(joined) == len(file["cells/cell"]) >= len(table)

        curve = file["test_loss"][table["test_accuracy"].idxmax()]
        print("\nTest loss of the best trial, epoch by epoch:", np.round(curve, 4))
        sessions = file["provenance/sessions"]
        for slot in np.flatnonzero(~np.isnan(sessions["start"][()])):
            print(f"Session {slot}:", sessions["command_line"][slot].decode())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
