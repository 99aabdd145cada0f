"""The frameworks' own dropout layers do what `draws.affine` says, given the decisions they drew.

Each layer is asked twice under one seed: for ones (alpha dropout: zeros), which shows what it drew,
and for random numbers, which must come out as `draws.affine` has it for that draw.
"""

import keras
import numpy as np
import torch
from keras import layers
from torch import nn

import draws

SHAPE = (6, 7, 8, 10)


def keras_layers(rate):
    """(layer, kind, axes that share a decision) under Keras, (n, h, w, c)."""
    n, h, w, c = SHAPE
    yield layers.Dropout(rate, seed=1), "element-wise", ()
    yield layers.SpatialDropout2D(rate, seed=1), "spatial", (1, 2)
    for shape in [(n, 1, 1, c), (1, h, w, c), (n, h, w, 1), (n, 1, w, 1), (1, 1, 1, c)]:
        shared = tuple(axis for axis in range(4) if shape[axis] == 1)
        yield layers.Dropout(rate, noise_shape=shape, seed=1), "shared", shared
    yield layers.GaussianDropout(rate, seed=1), "gaussian", ()
    yield layers.AlphaDropout(rate, seed=1), "alpha", ()


def torch_layers(rate):
    """The same under PyTorch, (n, c, h, w)."""
    yield nn.Dropout(rate), "element-wise", ()
    yield nn.Dropout2d(rate), "spatial", (2, 3)
    yield nn.AlphaDropout(rate), "alpha", ()
    yield nn.FeatureAlphaDropout(rate), "alpha", (2, 3)


def drawn(kind, rate, seen):
    """The draw that shows in what became of ones, of zeros with alpha dropout."""
    if kind == "gaussian":
        return (seen - 1) / np.sqrt(rate / (1 - rate))
    if kind == "alpha":
        kept, dropped = (draws.affine(kind, rate, draw)[1] for draw in (1, 0))
        assert np.all(np.isclose(seen, kept) | np.isclose(seen, dropped)), "two values"
        return np.isclose(seen, kept)
    assert np.all((seen == 0) | np.isclose(seen, 1 / (1 - rate))), "0 or 1 / (1 - rate)"
    return seen != 0


def check(what, kind, rate, shared, train, evaluate):
    x = np.random.default_rng(2).normal(size=SHAPE)
    draw = drawn(kind, rate, train(np.full(SHAPE, 0.0 if kind == "alpha" else 1.0)))
    factor, addend = draws.affine(kind, rate, draw)
    assert np.allclose(train(x), x * factor + addend, rtol=1e-6, atol=1e-6), f"{what} in training"
    assert np.array_equal(evaluate(x), x), f"{what} in evaluation"
    first = draw
    for axis in shared:
        first = np.take(first, [0], axis)
    assert np.array_equal(np.broadcast_to(first, SHAPE), draw), f"{what} shares what it should"
    assert kind == "gaussian" or 0 < np.mean(draw) < 1, f"{what} draws something"
    if kind == "gaussian":
        assert abs(np.std(draw) - 1) < 0.1 and abs(np.mean(draw)) < 0.1, f"{what}'s deviation"
    elif not shared:
        assert abs(np.mean(draw) - (1 - rate)) < 0.1, f"{what} keeps 1 - rate"


def check_all():
    count = 0
    for rate in [0.1, 0.25, 0.5]:
        for layer, kind, shared in keras_layers(rate):
            def train(x, layer=layer):
                # From the configuration: a layer's generator goes on from call to call.
                again = layer.__class__.from_config(layer.get_config())
                return np.asarray(again(keras.ops.convert_to_tensor(x), training=True))
            def evaluate(x, layer=layer):
                return np.asarray(layer(keras.ops.convert_to_tensor(x), training=False))
            check(f"Keras's {layer.name}", kind, rate, shared, train, evaluate)
            count += 1
        for layer, kind, shared in torch_layers(rate):
            def train(x, layer=layer):
                torch.manual_seed(3)
                return layer.train()(torch.from_numpy(x)).numpy()
            def evaluate(x, layer=layer):
                return layer.eval()(torch.from_numpy(x)).numpy()
            check(f"PyTorch's {layer}", kind, rate, shared, train, evaluate)
            count += 1
    return count
