"""What Dropgrid draws, drawn again in numpy: initial weights and the noise of every dropout."""

from statistics import NormalDist

import numpy as np

import philox

NORMAL = NormalDist()


def quantiles(count):
    """The normal distribution's quantiles of (i + ½) / count."""
    return [NORMAL.inv_cdf((i + 0.5) / count) for i in range(count)]


def kernel(layer, seed):
    """A kernel as Dropgrid draws it, in single precision."""
    *area, inputs, outputs = layer["kernel"]
    distribution = layer["initialiser"]
    fans = int(np.prod(area)) * (inputs + outputs * distribution.startswith("glorot"))
    count = int(np.prod(layer["kernel"]))
    key = seed, philox.INITIALISATION, layer["packed"]
    if distribution.endswith("uniform"):
        limit = np.float32(np.sqrt(6 / fans))
        values = (2 * philox.uniform(np.arange(count), *key) - 1) * limit
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


class Moment:
    """Which noise: that of an update, or of one prediction of a Monte-Carlo evaluation."""

    def __init__(self, seed, step, sample=None, epoch=0):
        self.seed = seed
        self.step = step
        self.sample = sample
        self.key_step = step if sample is None else epoch << 12 | sample

    def key(self, packed):
        """Everything but the element; the part is the batch of an evaluation, here the first."""
        stream = philox.MASK if self.sample is None else philox.MONTE_CARLO
        return self.seed, stream, packed, self.key_step


def elements(shape, batch):
    """Indices of the elements (n, h, w, c): channels are counted up to a multiple of 16."""
    *area, channels = shape
    rows = np.arange(batch * int(np.prod(area)))[:, None]
    indices = rows * (-(-channels // 16) * 16) + np.arange(channels)
    return indices.reshape(batch, *shape)


def rate_at(layer, step):
    """The rate of an update (Liu et al., ICML 2023)."""
    match layer.get("schedule"):
        case {"kind": "early", "updates": until}:
            return layer["rate"] if step < until else 0
        case {"kind": "late", "updates": start}:
            return 0 if step < start else layer["rate"]
        case {"kind": "linear", "updates": until}:
            return layer["rate"] * (1 - step / until) if step < until else 0
    return layer["rate"]


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


def blocks(layer, batch, key, rate):
    """Which elements DropBlock keeps (Ghiasi et al., NeurIPS 2018).

    Inside the map a decision belongs to the block of which it is the upper left corner; around
    every pixel, to the one of which it is element (s − 1) / 2 in both directions.
    """
    height, width, channels = layer["output"]
    size = min(layer["block"], height, width)
    places = (height - size + 1) * (width - size + 1)
    inside = layer["centres"] == "valid"
    gamma = rate / size**2 * (height * width / places if inside else 1)
    own = 1 if layer["channels"] == "shared" else channels
    seeds = ~philox.keep(elements([height, width, own], batch), gamma, *key)
    seeds = np.broadcast_to(seeds, (batch, height, width, channels))
    # Room on every side, so that blocks may hang over the border.
    dropped = np.zeros((batch, height + 2 * size, width + 2 * size, channels), bool)
    back = 0 if inside else (size - 1) // 2
    if inside:
        seeds = seeds[:, : height - size + 1, : width - size + 1]
    for i in range(size):
        for j in range(size):
            top, left = size - back + i, size - back + j
            view = dropped[:, top : top + seeds.shape[1], left : left + seeds.shape[2]]
            view |= seeds
    return ~dropped[:, size : size + height, size : size + width]


def noise(layer, batch, moment):
    """What one layer draws, as the frameworks' networks take it; None where the rate is 0.

    A dropout's factor and addend, a stochastic pool's uniforms, max-pooling dropout's decisions,
    and the factors of the kernel and the bias of a layer with DropConnect.
    """
    key, shape = moment.key(layer["packed"]), layer["output"]
    if layer.get("kind") == "stochastic":
        return philox.uniform(elements(shape, batch), *key).astype(np.float64)
    if "drop_connect" in layer:
        count = int(np.prod(layer["kernel"]))
        rate = rate_at(layer["drop_connect"], moment.step)
        if rate == 0:
            return None
        kept = philox.keep(np.arange(count + layer["kernel"][-1]), rate, *key) / (1 - rate)
        return kept[:count].reshape(layer["kernel"]), kept[count:]
    rate = rate_at(layer, moment.step)
    if rate == 0:
        return None
    match layer["kind"]:
        case "max-pooling-dropout":
            return philox.keep(elements(layer["input"], batch), rate, *key).astype(np.float64)
        case "drop-block":
            kept = blocks(layer, batch, key, rate).astype(np.float64)
            return kept * kept.size / max(kept.sum(), 1), np.zeros_like(kept)
        case "gaussian":
            uniforms = (philox.words(elements(shape, batch), *key) + 0.5) * 2.0**-32
            draw = np.vectorize(NORMAL.inv_cdf)(uniforms)
        case kind:
            axes = [batch, *shape]
            if kind == "spatial":
                axes[1:-1] = [1] * (len(shape) - 1)
            if kind == "shared":
                axes = [1 if own == "1" else axis for own, axis in zip(layer["shape"], axes)]
            draw = philox.keep(elements(axes[1:], axes[0]), rate, *key)
    return affine(layer["kind"], rate, draw)


def shown(layer, batch, moment):
    """The draw of an ordinary dropout site that a fixture shows: decisions, numbers, or None."""
    what = noise(layer, batch, moment)
    if what is None or layer["layer"] != "dropout":
        return None
    factor = what[0]
    if layer["kind"] == "gaussian":
        return factor.astype(np.float32)
    return np.packbits(factor != 0, bitorder="little")
