# A results file in R: trials, cells joined to trials, and a paired difference over seeds.
#
#   Rscript results.R first-look.h5
#
# Needs hdf5r (CRAN, or Debian's r-cran-hdf5r). With Bioconductor's rhdf5, h5read(path, name)
# does what read(name) does here. Like every R package, both turn the order of axes around:
# test_loss is epoch × trial.
library(hdf5r)

path <- commandArgs(trailingOnly = TRUE)[1]
if (is.na(path)) stop("usage: Rscript results.R FILE.h5")
file <- H5File$new(path, mode = "r")
read <- function(name) file[[name]]$read()
names_in <- function(place) strsplit(h5attr(place, "coordinates"), " ")[[1]]
# hdf5r gives 64-bit integers a class of their own.
plain <- function(values) if (inherits(values, "integer64")) as.integer(values) else values

words <- strsplit(h5attr(file[["status"]], "flag_meanings"), " ")[[1]]
trials <- as.data.frame(lapply(setNames(nm = names_in(file)), function(name) plain(read(name))))
trials$status <- factor(words[read("status") + 1], levels = words)
trials$epochs_run <- read("epochs_run")
last <- function(name) {
  values <- read(name)
  if (is.null(dim(values))) values <- matrix(values, ncol = nrow(trials))
  values[cbind(pmax(trials$epochs_run, 1), seq_len(nrow(trials)))]
}
trials$test_loss <- last("test_loss")
trials$test_accuracy <- last("test_accuracy")
print(table(trials$status)[unique(as.character(trials$status))])

# Each cell gets the figures of the trial that stands for it; rows count from 0 in the file.
group <- file[["cells"]]
axes <- names_in(group)
cells <- as.data.frame(lapply(setNames(nm = axes), function(name) plain(group[[name]]$read())))
rows <- plain(group[["cell_trial"]]$read()) + 1
cells <- cbind(cells, trials[rows, c("status", "test_loss", "test_accuracy")])
stopifnot(nrow(cells) >= nrow(trials), all(rows %in% seq_len(nrow(trials))))

arms <- setdiff(axes, grep("^seed", axes, value = TRUE))
done <- cells[cells$status == "done", ]
print(aggregate(done["test_accuracy"], done[arms], mean), digits = 4)

# Paired by seed: after the pool minus before it, over everything else.
if (all(c("placement", "seed") %in% axes) && length(unique(done$placement)) == 2) {
  by_seed <- tapply(done$test_accuracy, done[c("seed", "placement")], mean)
  difference <- by_seed[, "after-pool"] - by_seed[, "before-pool"]
  cat(sprintf("\nafter-pool minus before-pool: %.4f over %d seeds\n",
              mean(difference), length(difference)))
}
file$close_all()
