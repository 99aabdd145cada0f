"""Compares what `dropgrid export` wrote with the results file, figure by figure.

    python check_exports.py RESULTS.h5 CSV_DIRECTORY JSON_FILE PARQUET_DIRECTORY TENSORBOARD_DIRECTORY

scripts/check-exports calls it. Every mismatch ends it with an error.
"""

import json
import math
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata as hparams

FIGURES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")


def check(condition, what):
    if not condition:
        raise SystemExit(f"check_exports: {what}")


def same(left, right):
    """Whether two columns are equal: the same single precision, the same gaps."""
    left, right = (np.asarray(list(values), np.float64).astype(np.float32) for values in (left, right))
    return np.array_equal(left, right, equal_nan=True)


def read_csv(directory, name):
    return pd.read_csv(directory / f"{name}.csv", keep_default_na=False, na_values={
        column: [""] for column in ("rate", "dense_rate", "duration", *FIGURES)
    })


def check_tables(file, csv, document, parquet):
    """CSV, JSON and Parquet against the file."""
    # A row that is pending may be half-written.
    run = np.where(file["status"][()] == 0, 0, file["epochs_run"][()])
    ids = [value.decode() for value in file["trial_id"]]
    tables = {
        "csv": {name: read_csv(csv, name) for name in ("trials", "epochs", "cells")},
        "json": {name: pd.DataFrame(document[name]) for name in ("trials", "epochs", "cells")},
        "parquet": {
            name: pq.read_table(parquet / f"{name}.parquet").to_pandas()
            for name in ("trials", "epochs", "cells")
        },
    }
    for kind, table in tables.items():
        trials, epochs, cells = table["trials"], table["epochs"], table["cells"]
        check(list(trials["trial_id"]) == ids, f"{kind}: the trials differ")
        check(len(epochs) == run.sum(), f"{kind}: {len(epochs)} epochs, not {run.sum()}")
        check(
            list(cells["trial"]) == list(file["cells/cell_trial"]), f"{kind}: the cells differ"
        )
        for name in FIGURES:
            values = file[name][()]
            last = [row[count - 1] if count else math.nan for row, count in zip(values, run)]
            check(same(trials[name], last), f"{kind}: the last {name} differs")
            every = np.concatenate([row[:count] for row, count in zip(values, run)])
            check(same(epochs[name], every), f"{kind}: {name} differs")
        for name in ("placement", "kind", "pool"):
            expected = [value.decode() for value in file[name]]
            check(list(trials[name]) == expected, f"{kind}: {name} differs")
        check(same(trials["rate"], file["rate"]), f"{kind}: the rates differ")
    print(f"check_exports: CSV, JSON and Parquet hold {len(ids)} trials, {run.sum()} epochs")


def check_tensorboard(file, directory):
    """TensorBoard's own reader against the file."""
    runs = sorted(directory.glob("trial-*"))
    ended = np.flatnonzero(file["status"][()])
    check(len(runs) == len(ended), f"TensorBoard: {len(runs)} runs, not {len(ended)}")
    for row, run in zip(ended, runs):
        events = EventAccumulator(str(run))
        events.Reload()
        count = file["epochs_run"][row]
        for name in FIGURES:
            points = events.Scalars(name)
            check([point.step for point in points] == list(range(1, count + 1)), f"{run}: steps")
            check(same((p.value for p in points), file[name][row, :count]), f"{run}: {name}")
        content = events.summary_metadata[hparams.SESSION_START_INFO_TAG].plugin_data.content
        start = hparams.parse_session_start_info_plugin_data(content)
        check(start.hparams["dropout.rate"].number_value == file["rate"][row], f"{run}: rate")
        check(start.hparams["seed"].number_value == file["seed"][row], f"{run}: seed")
        kind = file["kind"][row].decode()
        check(start.hparams["dropout.kind"].string_value == kind, f"{run}: kind")
        content = events.summary_metadata[hparams.SESSION_END_INFO_TAG].plugin_data.content
        end = hparams.parse_session_end_info_plugin_data(content)
        check(abs(end.end_time_secs - file["finished_at"][row]) < 1e-3, f"{run}: its end")
        check((end.status == 1) == (file["status"][row] == 1), f"{run}: its status")
    sweep = EventAccumulator(str(directory))
    sweep.Reload()
    content = sweep.summary_metadata[hparams.EXPERIMENT_TAG].plugin_data.content
    experiment = hparams.parse_experiment_plugin_data(content)
    tags = [info.name.tag for info in experiment.metric_infos]
    check(set(FIGURES) <= set(tags), f"TensorBoard: the metrics are {tags}")
    check(experiment.name == file.attrs["title"].decode(), "TensorBoard: the title differs")
    print(f"check_exports: TensorBoard reads {len(runs)} runs with their settings")


def main(results, csv, document, parquet, tensorboard):
    with h5py.File(results) as file:
        check_tables(file, Path(csv), json.loads(Path(document).read_text()), Path(parquet))
        check_tensorboard(file, Path(tensorboard))


if __name__ == "__main__":
    if len(sys.argv) != 6:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
