"""What Dropgrid draws, drawn again in numpy: initial weights and the noise of every dropout."""

import numpy as np

import philox


def initial_weights(network, seed):
    """Glorot-uniform kernels as Dropgrid draws them, in single precision; biases that matter."""
    weights = []
    for layer in network.layers:
        if "kernel" not in layer:
            continue
        *area, inputs, outputs = layer["kernel"]
        fans = int(np.prod(area)) * (inputs + outputs)
        limit = np.float32(np.sqrt(6 / fans))
        count = int(np.prod(layer["kernel"]))
        u = philox.uniform(count, seed, philox.INITIALISATION, layer["packed"])
        weights.append(((2 * u - 1) * limit).reshape(layer["kernel"]))
        weights.append((np.arange(outputs) % 5 * 0.05 - 0.1).astype(np.float32))
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
