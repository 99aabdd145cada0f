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
        return [v for layer in self.layers.values() for v in layer.trainable_variables]

    def weights(self):
        return [np.asarray(variable) for variable in self.variables]

    def logits(self, images, noise=None):
        """Logits; `noise` holds factor and addend of each dropout, None at evaluation."""
        x = tf.constant(images, tf.float64)
        for layer in self.spec.network.layers:
            match layer["layer"]:
                case "convolution" | "dense":
                    x = self.layers[layer["label"]](x)
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
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        with tf.GradientTape() as tape:
            value = loss(labels, self.logits(images, noise))
        self.last = tape.gradient(value, [variable.value for variable in self.variables])
        return float(value), [np.asarray(gradient) for gradient in self.last]

    def update(self):
        if self.optimiser is None:
            self.optimiser = optimiser(self.spec)
        self.optimiser.apply(self.last, self.variables)

    def evaluate(self, images):
        return np.asarray(self.logits(images))


def activation(layer):
    return {"relu": layers.ReLU}[layer["kind"]]()


def optimiser(spec):
    options = spec.optimiser
    rate = options["learning_rate"]
    if options.get("decay"):
        # The time-based decay that Keras 2's optimisers had as an option.
        rate = keras.optimizers.schedules.InverseTimeDecay(rate, 1, options["decay"])
    return keras.optimizers.SGD(rate, momentum=options["momentum"], nesterov=options["nesterov"])
