#!/usr/bin/env bash
# A results file with the command-line tools of HDF5 and netCDF (Debian: hdf5-tools, netcdf-bin).
#
#   bash dump.sh first-look.h5
set -euo pipefail
file=$1

# What is in it, without the numbers.
h5dump --contents=1 "$file" | sed -n 1,20p
ncdump -h "$file" | sed -n '1,/variables:/p'

# One dataset; attributes stand with it.
h5dump --dataset=/status "$file" | sed -n 1,30p

# Curves of the first three trials as plain numbers.
h5dump --dataset=/test_loss --start=0,0 --count=3,2 --noindex --width=80 "$file"

# The grid file as it was given, and the cells with the trials that stand for them.
h5dump --dataset=/provenance/grid "$file" | sed -n '/DATA {/,/}/p'
ncdump -g cells -v cell_trial,cell_rule "$file" | sed -n '/data:/,$p'
