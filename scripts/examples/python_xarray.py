"""A results file as an xarray dataset with labelled dimensions, by either netCDF library.

    python python_xarray.py first-look.h5

Needs xarray with h5netcdf and, for the second engine, netCDF4.
"""

import sys

import numpy as np
import xarray as xr


def main(path):
    sweep = xr.open_dataset(path, engine="h5netcdf")
    cells = xr.open_dataset(path, group="cells", engine="h5netcdf")
    print(sweep.sizes, list(sweep.coords), "\n")

    # Cells to trials: one line. Each cell gets the figures of the trial that stands for it, and
    # the settings as the grid has them.
    joined = sweep.isel(trial=cells["cell_trial"]).assign_coords(cells.coords)
    axes = [name for name in cells.coords if name != "cell" and not name.startswith("seed")]
    # The last epoch of each: trials may have different numbers of them.
    last = joined["test_accuracy"].isel(epoch=joined["epochs_run"] - 1).reset_coords(drop=True)
    table = last.assign_coords({name: cells[name] for name in axes}).to_dataframe()
    groups = table.groupby(axes, dropna=False) if axes else table
    print(groups["test_accuracy"].mean().round(4), "\n")
    assert joined["test_loss"].shape == (cells.sizes["cell"], sweep.sizes["epoch"])

    # What is not finished is missing, so means over what is there are right during a sweep.
    finished = sweep["test_loss"].where(sweep["status"] == 1)
    print("Mean test loss by epoch:", finished.mean("trial").round(4).values)
    assert sweep["test_loss"].dims == ("trial", "epoch")
    assert sweep["epoch"].values[0] == 1
    assert sweep["finished_at"].dtype.kind == "M"

    # The other engine, and all groups at once.
    with xr.open_dataset(path, engine="netcdf4") as other:
        assert np.array_equal(other["test_loss"], sweep["test_loss"], equal_nan=True)
        assert list(other["status"].values) == list(sweep["status"].values)
        assert set(other.coords) == set(sweep.coords)
    tree = xr.open_datatree(path, engine="h5netcdf")
    print("Groups:", ", ".join(sorted(group for group in tree.groups if group.count("/") < 3)))
    if "weights" in tree:
        for name, group in tree["weights"].children.items():
            kernel = group["logits/kernel"]
            print(f"Weights of {name}: logits.kernel has {dict(kernel.sizes)}")
            assert kernel.dims[0] == "row" and kernel.dims[-2:] == ("in", "out")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
