"""A network in Keras, of its own layers and optimisers; noise comes from outside."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402

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

    def logits(self, images, noise=None):
        """Logits; `noise` holds factor and addend of each dropout, None at evaluation."""
        x = tf.constant(images, tf.float64)
        for layer in self.spec.network.layers:
            match layer["layer"]:
                case "convolution" | "dense":
                    x = self.layers[layer["label"]](x)
                case "batch-norm":
                    x = self.layers[layer["label"]](x, training=noise is not None)
                case "global-average":
                    x = layers.GlobalAveragePooling2D()(x)
                case "activation":
                    x = activation(layer)(x)
                case "dropout" if noise is not None:
                    factor, addend = (tf.constant(part) for part in noise[layer["label"]])
                    x = layers.Multiply()([x, factor * tf.ones_like(x)]) + addend
                case "pool":
                    pool = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}
                    x = pool[layer["kind"]](layer["size"])(x)
                case "flatten":
                    x = layers.Flatten()(x)
        return x

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

    def evaluate(self, images):
        return np.asarray(self.logits(images))


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
