% A results file in GNU Octave: trials, cells joined to trials, and a curve.
%
%   octave results.m first-look.h5
%
% Needs octave-netcdf (Debian). Octave reads numbers but no texts of HDF5 files: for settings that
% are words, such as the placement, use the tables of `dropgrid export csv`. Octave turns the order
% of axes around: test_loss is epoch x trial.
%
% Without the package, load("-hdf5", FILE, "test_loss", "rate", ...) reads columns of the root.
pkg load netcdf
arguments = argv();
if isempty(arguments)
  error("usage: octave results.m FILE.h5");
end
file = arguments{end};

status = ncread(file, "status");
epochs_run = double(ncread(file, "epochs_run"));
loss = double(ncread(file, "test_loss"));
accuracy = double(ncread(file, "test_accuracy"));
words = strsplit(strtrim(ncreadatt(file, "status", "flag_meanings")), " ");
done = status == find(strcmp(words, "done")) - 1;
printf("%d trials, %d done\n", numel(status), sum(done));
last = accuracy(sub2ind(size(accuracy), max(epochs_run, 1), (1:numel(status))'));

% Each cell gets the figures of the trial that stands for it; rows count from 0 in the file.
row = double(ncread(file, "/cells/cell_trial")) + 1;
assert(numel(row) >= numel(status) && all(row >= 1 & row <= numel(status)));
of_cells = last(row)(done(row));
printf("test accuracy over %d finished cells: mean %.4f\n", numel(of_cells), mean(of_cells));
rate = ncread(file, "rate");
for value = unique(rate(done))'
  chosen = done & rate == value;
  printf("  rate %-5g %.4f over %d trials\n", value, mean(last(chosen)), sum(chosen));
end

last(! done) = -1;
[best, row] = max(last);
printf("best trial: %d, test accuracy %.4f\n", row - 1, best);
printf("its test loss by epoch:%s\n", sprintf(" %.4f", loss(:, row)));

% The same by load, to the bit.
same = load("-hdf5", file, "test_loss");
assert(isequaln(double(same.test_loss), loss));
