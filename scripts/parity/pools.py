"""Windows of a pool and what the stochastic pools choose from them, in numpy.

A window is an axis of size × size numbers behind (n, h, w, c), in row-major order.
"""

import numpy as np


def windows(x, size):
    """(n, h, w, c) to (n, h / size, w / size, c, size²); a remainder is dropped."""
    n, h, w, c = x.shape
    rows, columns = h // size, w // size
    x = x[:, : rows * size, : columns * size]
    x = x.reshape(n, rows, size, columns, size, c).transpose(0, 1, 3, 5, 2, 4)
    return x.reshape(n, rows, columns, c, size * size)


def unfold(x, size, shape):
    """What `windows` makes, put back into maps of `shape`; the remainder is zero."""
    n, rows, columns, c, _ = x.shape
    out = np.zeros(shape, x.dtype)
    x = x.reshape(n, rows, columns, c, size, size).transpose(0, 1, 4, 2, 5, 3)
    out[:, : rows * size, : columns * size] = x.reshape(n, rows * size, columns * size, c)
    return out
