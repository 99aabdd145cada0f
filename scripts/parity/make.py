"""Makes the parity fixtures, or compares them with the committed ones.

    python make.py [--check] FOLDER [NAME...]

writes FOLDER/NAME.safetensors for each fixture (or those named), or makes them anew and compares.

scripts/make-parity-fixtures calls it. Both frameworks compute in double precision, so that what a
comparison shows is Dropgrid's rounding and not theirs.
"""

import sys
from pathlib import Path

import numpy as np

import draws
import fixtures
import philox
import store
from keras_network import KerasNetwork
from torch_network import TorchNetwork

import own_layers  # after keras_network, which chooses Keras's backend

FRAMEWORKS = {"keras": KerasNetwork, "pytorch": TorchNetwork}
# Single precision is what is stored; last bits may differ between machines.
TOLERANCE = 2e-6
MONTE_CARLO = {"samples": 4, "epoch": 3}


def distance(value, expected):
    """The larger of two relative errors of a whole tensor: of the norm and of the largest value.

    What is zero in real arithmetic, such as a bias's gradient before a batch normalisation, is
    rounding in both: below 1e-12 it counts as equal.
    """
    value, expected = np.asarray(value, np.float64), np.asarray(expected, np.float64)
    difference = np.abs(value - expected)
    if difference.max(initial=0) < 1e-12:
        return 0.0
    scale = max(np.abs(expected).max(initial=0), 1e-30)
    norm = max(np.linalg.norm(expected), 1e-30)
    return max(difference.max(initial=0) / scale, np.linalg.norm(difference) / norm)


def all_noise(spec, batch, moment):
    drawing = spec.network.drawing
    return {layer["label"]: draws.noise(layer, batch, moment) for layer in drawing}


def monte_carlo_loss(spec, network, images, labels):
    """The loss of the mean of several predictions with noise (Gal and Ghahramani, ICML 2016)."""
    mean = 0
    for sample in range(MONTE_CARLO["samples"]):
        moment = draws.Moment(spec.mask_seed, spec.steps, sample, MONTE_CARLO["epoch"])
        logits = network.evaluate(images, all_noise(spec, len(images), moment))
        shares = np.exp(logits - logits.max(1, keepdims=True))
        mean = mean + shares / shares.sum(1, keepdims=True) / MONTE_CARLO["samples"]
    return -np.log(mean[np.arange(len(labels)), labels]).mean()


def batches(spec, images, labels):
    for step in range(spec.steps):
        indices = spec.indices(step)
        noise = all_noise(spec, spec.batch, draws.Moment(spec.mask_seed, step))
        yield step, images[indices], labels[indices], noise


def train(framework, spec, weights, images, labels):
    """Losses, the first gradients, and the weights after one update and at the end."""
    network = FRAMEWORKS[framework](spec, weights)
    losses = []
    for step, pixels, classes, noise in batches(spec, images, labels):
        loss, gradients = network.gradients(pixels, classes, noise)
        losses.append(loss)
        if step == 0:
            first = gradients
        network.update()
        if step == 0:
            once = network.weights()
    averaged = monte_carlo_loss(spec, network, images, labels)
    return losses, first, once, network.weights(), network.evaluate(images), averaged


def agree(spec, results):
    """Both frameworks give the same: gradients always, trainings where their optimisers agree."""
    mine = results[spec.framework]
    other = next(result for name, result in results.items() if name != spec.framework)
    whole = spec.optimiser["name"] == "sgd" and spec.optimiser["schedule"] is None
    # Keras keeps learning rates and some constants in single precision, PyTorch does not.
    pairs = {"loss": ([mine[0][0]], [other[0][0]], 1e-7)}
    for (label, _, _), a, b in zip(spec.network.parameters, mine[1], other[1], strict=True):
        pairs[f"gradient of {label}"] = a, b, 1e-7
    if whole:
        pairs["losses"] = mine[0], other[0], 1e-6
        for (label, _, _), a, b in zip(spec.network.parameters, mine[3], other[3], strict=True):
            pairs[f"{label} after {spec.steps} updates"] = a, b, 1e-6
        pairs["logits"] = mine[4], other[4], 1e-6
        pairs["Monte-Carlo loss"] = [mine[5]], [other[5]], 1e-6
    if any(layer["layer"] == "batch-norm" for layer in spec.network.layers):
        # The running variance is Bessel's in PyTorch and the biased one in Keras.
        pairs = {what: pair for what, pair in pairs.items() if "variance" not in what}
        pairs.pop("logits", None)
        pairs.pop("Monte-Carlo loss", None)
    for what, (a, b, tolerance) in pairs.items():
        error = distance(a, b)
        if error > tolerance:
            raise SystemExit(f"{spec.name}: Keras and PyTorch differ by {error:.1e} in the {what}")


def make(spec):
    spec.network.check()
    # Pixels of 8 bits, and classes, from the same generator under a seed of their own.
    pixels = philox.words(np.arange(spec.images * np.prod(spec.network.input)), 77, 15, 0) >> 24
    shape = [spec.images, *spec.network.input]
    images = (pixels.astype(np.float32) / 128 - 1).astype(np.float32).reshape(shape)
    labels = (philox.words(np.arange(spec.images), 77, 15, 1) % spec.classes).astype(np.int32)
    weights = draws.initial_weights(spec.network, spec.init_seed)
    results = {name: train(name, spec, weights, images, labels) for name in FRAMEWORKS}
    agree(spec, results)
    losses, gradients, once, last, logits, averaged = results[spec.framework]

    tensors = {"images": images, "labels": labels}
    tensors["indices"] = np.array([spec.indices(s) for s in range(spec.steps)], np.int32)
    tensors["losses"] = np.array(losses)
    tensors["logits"] = logits.astype(np.float32)
    if spec.network.drawing and spec.monte_carlo:
        tensors["monte_carlo_loss"] = np.array([averaged])
    for index, (label, _, _) in enumerate(spec.network.parameters):
        for what, values in [
            ("initial", weights), ("gradient", gradients), ("once", once), ("last", last)
        ]:
            tensors[f"{what}/{label}"] = values[index].astype(np.float32)
    for layer in spec.network.drawing:
        for step in [0, spec.steps - 1]:
            shown = draws.shown(layer, spec.batch, draws.Moment(spec.mask_seed, step))
            if shown is not None:
                tensors[f"mask{step}/{layer['label']}"] = shown
    description = {
        "name": spec.name, "framework": spec.framework, "input": spec.network.input,
        "layers": spec.network.layers, "optimiser": spec.optimiser, "batch": spec.batch,
        "steps": spec.steps, "label_smoothing": spec.label_smoothing,
        "init_seed": spec.init_seed, "mask_seed": str(spec.mask_seed), "monte_carlo": MONTE_CARLO,
    }
    return description, tensors


def compare(path, description, tensors):
    """What differs between a committed fixture and the one just made."""
    if not path.exists():
        return [f"{path.name} is missing"]
    committed, values = store.read(path)
    if committed != description or list(values) != list(tensors):
        return [f"{path.name} describes something else"]
    problems = []
    for name, array in tensors.items():
        exact = array.dtype in (np.uint8, np.int32)
        error = distance(values[name], array)
        if values[name].shape != array.shape or error > (0 if exact else TOLERANCE):
            problems.append(f"{path.name}: {name} differs by {error:.1e}")
    return problems


def main(arguments):
    check = "--check" in arguments
    folder, *chosen = (word for word in arguments if word != "--check")
    folder = Path(folder)
    philox.check_known_answers()
    own_layers.check_all()
    problems, written = [], set()
    for spec in fixtures.everything():
        path = folder / f"{spec.name}.safetensors"
        assert path.name not in written, f"two fixtures named {spec.name}"
        written.add(path.name)
        if chosen and spec.name not in chosen:
            continue
        description, tensors = make(spec)
        if check:
            problems += compare(path, description, tensors)
        else:
            store.write(path, description, tensors)
    for path in sorted(folder.glob("*.safetensors")):
        if path.name not in written:
            problems.append(f"{path.name} is made by nothing")
    for problem in problems:
        print(problem, file=sys.stderr)
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    print(f"{len(written)} fixtures, {size / 1e6:.2f} MB, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
