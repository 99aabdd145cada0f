"""What Dropgrid draws, drawn again in numpy: initial weights and the noise of every dropout."""

from statistics import NormalDist

import numpy as np

import philox

NORMAL = NormalDist()


def kernel(layer, seed):
    """A kernel as Dropgrid draws it, in single precision."""
    *area, inputs, outputs = layer["kernel"]
    distribution = layer["initialiser"]
    fans = int(np.prod(area)) * (inputs + outputs * distribution.startswith("glorot"))
    count = int(np.prod(layer["kernel"]))
    key = seed, philox.INITIALISATION, layer["packed"]
    if distribution.endswith("uniform"):
        limit = np.float32(np.sqrt(6 / fans))
        values = (2 * philox.uniform(count, *key) - 1) * limit
    else:
        # Normal numbers between -2 and 2, whose standard deviation is 0.8796.
        tail = NORMAL.cdf(-2)
        deviation = np.sqrt(2 / fans) / np.sqrt(1 - 4 * NORMAL.pdf(2) / (1 - 2 * tail))
        uniforms = (philox.words(np.arange(count), *key) + 0.5) * 2.0**-32
        values = [deviation * NORMAL.inv_cdf(tail + u * (1 - 2 * tail)) for u in uniforms]
    return np.array(values, np.float32).reshape(layer["kernel"])


def initial_weights(network, seed):
    """The first weights of every array: drawn kernels, and others that matter."""
    weights = []
    kernels = (kernel(layer, seed) for layer in network.layers if "kernel" in layer)
    for _, role, shape in network.parameters:
        small = np.arange(shape[-1]) % 5 * 0.05 - 0.1
        value = {
            "kernel": None, "bias": small, "gamma": 1 + small, "beta": small,
            "moving_mean": 0 * small, "moving_variance": 1 + 0 * small,
        }[role]
        weights.append(next(kernels) if value is None else value.astype(np.float32))
    return weights


def elements(shape, batch):
    """Indices of the elements (n, h, w, c): channels are counted up to a multiple of 16."""
    *area, channels = shape
    rows = np.arange(batch * int(np.prod(area)))[:, None]
    indices = rows * (-(-channels // 16) * 16) + np.arange(channels)
    return indices.reshape(batch, *shape)


def kept(layer, batch, seed, step):
    """The keep decisions of one site, in a shape that broadcasts to its activations'."""
    shape = layer["output"]
    if layer["kind"] == "spatial":
        shape = [1] * (len(shape) - 1) + shape[-1:]
    indices = elements(shape, batch)
    return philox.keep(indices, layer["rate"], seed, layer["packed"], step)


# The limit of selu for small numbers, −λα: what alpha dropout puts in place of a number.
ALPHA = -1.0507009873554805 * 1.6732632423543772


def affine(kind, rate, draw):
    """Factor and addend of every activation, y = x · factor + addend, from what a site draws.

    Element-wise, spatial and shared noise draws keep decisions (Srivastava et al., JMLR 2014;
    Tompson et al., CVPR 2015), alpha dropout too (Klambauer et al., NIPS 2017), Gaussian dropout
    standard normal numbers (Srivastava et al., section 10).
    """
    draw = np.asarray(draw, np.float64)
    if kind == "gaussian":
        factor = 1 + np.sqrt(rate / (1 - rate)) * draw
        return factor, np.zeros_like(factor)
    if kind == "alpha":
        scale = ((1 - rate) * (1 + rate * ALPHA**2)) ** -0.5
        return scale * draw, scale * (ALPHA * (1 - draw) - ALPHA * rate)
    return draw / (1 - rate), np.zeros_like(draw)


def noise(layer, batch, seed, step):
    """The factor and the addend of every activation at one site."""
    return affine(layer["kind"], layer["rate"], kept(layer, batch, seed, step))
