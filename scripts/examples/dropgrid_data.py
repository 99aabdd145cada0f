"""The images and the network of a trial, from its configuration: what the weights examples share.

A trial's configuration is one `key=value` a line. It stands in the results file (in the JSON of
`provenance/plan`) and in the metadata of an exported safetensors file.
"""

import gzip
import json
import re
from pathlib import Path

import numpy as np

FOLDERS = {
    "fashion-mnist-mini": Path(__file__).resolve().parents[2]
    / "Sources/CEmbeddedData/fashion-mnist-mini",
    "fashion-mnist": Path("/usr/share/datasets/fashion-mnist"),
}


def text(value):
    """A string of an HDF5 file, which h5py gives as bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)


def configuration(results, row):
    """The configuration of a trial of an open results file (h5py), as text."""
    return json.loads(results["provenance/plan"][()])["trials"][row]["configuration"]


def settings(configuration):
    """The configuration as a dictionary."""
    return dict(line.split("=", 1) for line in configuration.splitlines())


def network(configuration):
    """The blocks, the widths of the hidden dense layers, their activation and the head."""
    values = settings(configuration)
    if "max-pooling" in configuration or "pool:stochastic" in configuration:
        raise SystemExit("pools that draw have an evaluation of their own: not in this example")
    if "inference:gaussian" in configuration:
        raise SystemExit("Gaussian inference is not in this example")
    blocks = []
    while f"block{len(blocks) + 1}" in values:
        kernel, filters, convolutions, padding, pool, rest = re.fullmatch(
            r"conv(\d+)x\d+x(\d+)\*(\d+),(\w+),pool:(\w+)((?:,[\w-]+:[\w-]+)*)",
            values[f"block{len(blocks) + 1}"],
        ).groups()
        kind, size = re.fullmatch(r"([a-z]+)(\d*)", pool).groups()
        options = dict(option.split(":") for option in rest.split(",")[1:])
        blocks.append(
            {
                "kernel": int(kernel),
                "filters": int(filters),
                "convolutions": int(convolutions),
                "padding": padding,
                "pool": None if kind == "none" else kind,
                "pool_size": int(size or 0),
                "stride": int(options.get("stride", 1)),
                "norm": options.get("norm"),
                "activation": options.get("activation", "relu"),
            }
        )
    dense = [int(width) for width in values["dense"].split(",") if width]
    return blocks, dense, values.get("dense-activation", "relu"), values.get("head", "flatten")


def read_idx(path):
    """An array of bytes in MNIST's format."""
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    axes = data[3]
    shape = np.frombuffer(data, ">i4", axes, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def classes_in_turn(labels):
    """The order in which subsets take images: the first of every class, the second of every, …"""
    rank = np.empty(len(labels), int)
    for label in np.unique(labels):
        rank[labels == label] = np.arange((labels == label).sum())
    return np.lexsort((labels, rank))


def test_images(name, configuration):
    """The test images that the trial was evaluated on, (n, h, w, c) float32, and their labels.

    They are standardised as the trial had it: by the training images that it used.
    """
    if name not in FOLDERS:
        raise SystemExit(f"the example does not know where the images of '{name}' are")
    train, test, _, standardise = settings(configuration)["data"].split(",")

    def split(prefix, count):
        images, labels = (
            read_idx(next(FOLDERS[name].glob(f"{prefix}-{part}-ubyte*")))
            for part in ("images-idx3", "labels-idx1")
        )
        chosen = classes_in_turn(labels)[: None if count == "all" else int(count)]
        return images[chosen][..., None], labels[chosen]

    images, labels = split("t10k", test)
    values = images / 255.0
    if standardise != "none":
        # The images have one channel: `global` and `per-channel` are the same.
        known = split("train", train)[0] / 255.0
        values = (values - known.mean()) / (known.std() or 1.0)
    return values.astype(np.float32), labels.astype(int)


def score(logits, labels):
    """Mean cross-entropy and accuracy."""
    logits = np.asarray(logits, np.float64)
    largest = logits.max(axis=1)
    log_sum = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    loss = (log_sum - logits[np.arange(len(labels)), labels]).mean()
    return loss, (logits.argmax(axis=1) == labels).mean()


def compare(framework, recorded_loss, recorded_accuracy, logits, labels):
    """Prints both scores; ends with an error where they are not the same trained network's."""
    loss, accuracy = score(logits, labels)
    print(f"              {'test loss':>12} {'test accuracy':>14}")
    print(f"  recorded    {recorded_loss:12.7f} {recorded_accuracy:14.4f}")
    print(f"  {framework:<11} {loss:12.7f} {accuracy:14.4f}")
    if abs(loss - recorded_loss) > 1e-5 * max(1, abs(recorded_loss)):
        raise SystemExit("the losses differ by more than 1e-5")
    if abs(accuracy - recorded_accuracy) * len(labels) > 1.001:
        raise SystemExit("the accuracies differ by more than one image")
