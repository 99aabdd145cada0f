"""A network in Keras, of its own layers and optimisers; noise comes from outside."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers, ops  # noqa: E402

import draws  # noqa: E402

keras.config.set_floatx("float64")


class KerasNetwork:
    def __init__(self, spec, weights):
        self.spec = spec
        self.layers = {}
        self.optimiser = None
        shape = spec.network.input
        for layer in spec.network.layers:
            if layer["layer"] == "convolution":
                made = layers.Conv2D(
                    layer["kernel"][3], layer["kernel"][:2], strides=layer["stride"],
                    padding=layer["padding"],
                )
            elif layer["layer"] == "dense":
                made = layers.Dense(layer["kernel"][1])
            elif layer["layer"] == "batch-norm":
                momentum = layer["momentum"]
                made = layers.BatchNormalization(
                    momentum=1 - momentum if layer["form"] == "pytorch" else momentum,
                    epsilon=layer["epsilon"],
                )
            else:
                made = None
            if made:
                made.build((None, *shape))
                self.layers[layer["label"]] = made
            shape = layer["output"]
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)

    @property
    def variables(self):
        """Weights and running statistics, in Dropgrid's order."""
        return [variable for layer in self.layers.values() for variable in layer.weights]

    @property
    def trained(self):
        return [variable for variable in self.variables if variable.trainable]

    def weights(self):
        return [np.array(variable) for variable in self.variables]

    def logits(self, images, noise=None, training=True):
        """Logits; `noise` holds what each layer draws (`draws.noise`), None for no dropout."""
        x = tf.constant(images, tf.float64)
        training = training and noise is not None
        for layer in self.spec.network.layers:
            draw = None if noise is None else noise.get(layer.get("label"))
            match layer["layer"]:
                case "convolution" | "dense":
                    x = self.linear(layer, x, draw, training)
                case "batch-norm":
                    x = self.layers[layer["label"]](x, training=training)
                case "global-average":
                    x = layers.GlobalAveragePooling2D()(x)
                case "activation":
                    x = activation(layer)(x)
                    # The samples of DropConnect's Gaussian inference.
                    x = ops.mean(x, 0) if len(x.shape) == 3 else x
                case "dropout" if draw is not None:
                    factor, addend = draw
                    x = x * factor + addend
                case "pool":
                    x = pool(layer, x, draw)
                case "flatten":
                    x = layers.Flatten()(x)
        return x

    def linear(self, layer, x, draw, training):
        """A convolution or dense layer, with its weights as they are or under DropConnect."""
        made = self.layers[layer["label"]]

        def apply(x, kernel, bias):
            if layer["layer"] == "dense":
                return x @ kernel + bias
            return ops.conv(x, kernel, layer["stride"], layer["padding"]) + bias

        if draw is not None:
            return apply(x, made.kernel * draw[0], made.bias * draw[1])
        options = layer.get("drop_connect")
        if options and options["samples"] and not training:
            # Wan et al., ICML 2013, algorithm 2, with quantiles for the random numbers.
            ratio = options["rate"] / (1 - options["rate"])
            variance = ratio * apply(x**2, made.kernel**2, made.bias**2)
            z = np.array(draws.quantiles(options["samples"]))
            return made(x) + ops.sqrt(variance) * z[:, None, None]
        return made(x)

    def gradients(self, images, labels, noise):
        """The loss and the gradients of one batch."""
        loss = keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=self.spec.label_smoothing
        )
        targets = keras.utils.to_categorical(labels, self.spec.classes).astype(np.float64)
        with tf.GradientTape() as tape:
            value = loss(targets, self.logits(images, noise))
        self.last = tape.gradient(value, [variable.value for variable in self.trained])
        gradients = (np.array(gradient) for gradient in self.last)
        return float(value), [
            next(gradients) if variable.trainable else np.zeros(variable.shape)
            for variable in self.variables
        ]

    def update(self):
        if self.optimiser is None:
            self.optimiser = optimiser(self.spec.optimiser)
        self.optimiser.apply(self.last, self.trained)

    def evaluate(self, images, noise=None):
        return np.asarray(self.logits(images, noise, training=False))


def pool(layer, x, draw):
    """Pooling over windows of size × size; `draw` as `draws.noise` has it, None at evaluation."""
    size = layer["size"]
    match layer["kind"]:
        case "max":
            return layers.MaxPooling2D(size)(x)
        case "average":
            return layers.AveragePooling2D(size)(x)
        case "max-pooling-dropout" if draw is not None:
            return layers.MaxPooling2D(size)(x * draw)
    rows, columns, channels = layer["output"]
    x = x[:, : rows * size, : columns * size]
    x = ops.reshape(x, (-1, rows, size, columns, size, channels))
    windows = ops.reshape(
        ops.transpose(x, (0, 1, 3, 5, 2, 4)), (-1, rows, columns, channels, size * size)
    )
    windows = ops.relu(windows)
    if layer["kind"] == "max-pooling-dropout":
        # Wu and Gu 2015: the largest is kept with 1 − rate, the next where that is dropped, …
        powers = layer["rate"] ** np.arange(size * size - 1, -1, -1.0)
        return ops.sum(ops.sort(windows) * powers, -1) * (1 - layer["rate"])
    # Zeiler and Fergus 2013.
    total = ops.sum(windows, -1)
    if draw is None:
        return tf.math.divide_no_nan(ops.sum(windows**2, -1), total)
    reached = ops.cumsum(windows, -1) > (draw * total)[..., None]
    index = ops.argmax(ops.cast(reached, "int32"), -1)
    return ops.sum(windows * ops.one_hot(index, size * size, dtype=windows.dtype), -1)


def activation(layer):
    match layer["kind"]:
        case "leaky-relu":
            return layers.LeakyReLU(negative_slope=layer["slope"])
        case "elu":
            return layers.ELU(alpha=layer["alpha"])
        case kind:
            return layers.Activation(kind)


def optimiser(options):
    rate = options["learning_rate"]
    schedules = keras.optimizers.schedules
    match options["schedule"]:
        case {"kind": "time-based", "decay": decay}:
            # What was the option `decay` of Keras 2's optimisers.
            rate = schedules.InverseTimeDecay(rate, 1, decay)
        case {"kind": "step", "every": every, "factor": factor}:
            rate = schedules.ExponentialDecay(rate, every, factor, staircase=True)
        case {"kind": "cosine", "total": total}:
            rate = schedules.CosineDecay(rate, total)
    if options["name"] == "sgd":
        return keras.optimizers.SGD(
            rate, momentum=options["momentum"], nesterov=options["nesterov"]
        )
    kind = keras.optimizers.AdamW if options["weight_decay"] else keras.optimizers.Adam
    more = {"weight_decay": options["weight_decay"]} if options["weight_decay"] else {}
    return kind(
        rate, beta_1=options["beta1"], beta_2=options["beta2"], epsilon=options["epsilon"], **more
    )
