"""Stable names of parameters and dropout sites, as Sources/TensorCore/Randomness.swift packs them.

A name is a text such as "kernel 1 2"; the Swift tests make the same one from it.
"""


def packed(name):
    """The name's 32 bits: its kind, the block or dense layer, the layer in the block, the role."""
    word, *numbers = name.split()
    kind, outer, inner, role = {
        "kernel": lambda block, convolution: (1, block, convolution, 0),
        "dense-kernel": lambda layer: (2, layer, 0, 0),
        "logits-kernel": lambda: (2, 0, 0, 0),
        "pool": lambda block: (3, block, 0, 0),
        "pool-second": lambda block: (3, block, 0, 1),
        "dense": lambda layer: (4, layer, 0, 0),
        "convolution": lambda block, convolution, point: (6, block, convolution, point),
        "dense-input": lambda layer: (7, layer, 0, 0),
        "input": lambda: (8, 0, 0, 0),
        "stochastic-pool": lambda block: (9, block, 0, 0),
    }[word](*map(int, numbers))
    return kind << 28 | outer << 16 | inner << 4 | role
