"""Load exported weights into Keras and evaluate them on the test images.

    dropgrid export keras first-look.h5 -o best.weights.h5
    python keras_predict.py first-look.h5 best.weights.h5

Needs keras with one of its backends (for example KERAS_BACKEND=torch), h5py and numpy.
"""

import sys

import h5py
import keras
from dropgrid_data import compare, configuration, network, test_images, text
from keras import layers


def activation(name):
    return layers.LeakyReLU(negative_slope=0.01) if name == "leaky-relu" else layers.Activation(name)


def normalisation(name):
    """`batch` has Keras's constants, `batch-pytorch` PyTorch's."""
    if name == "batch":
        return layers.BatchNormalization()
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)


def build(blocks, dense, dense_activation, head, shape, classes):
    """The network of a trial; dropout changes nothing here, so it is left out."""
    model = keras.Sequential([keras.Input(shape)])
    for block in blocks:
        for index in range(block["convolutions"]):
            stride = block["stride"] if index == block["convolutions"] - 1 else 1
            model.add(
                layers.Conv2D(
                    block["filters"], block["kernel"], strides=stride, padding=block["padding"]
                )
            )
            if block["norm"]:
                model.add(normalisation(block["norm"]))
            model.add(activation(block["activation"]))
        if block["pool"] == "max":
            model.add(layers.MaxPooling2D(block["pool_size"]))
        if block["pool"] == "average":
            model.add(layers.AveragePooling2D(block["pool_size"]))
    model.add(layers.Flatten() if head == "flatten" else layers.GlobalAveragePooling2D())
    for width in dense:
        model.add(layers.Dense(width))
        model.add(activation(dense_activation))
    model.add(layers.Dense(classes))
    return model


def main(results_file, weights_file):
    with h5py.File(weights_file) as file:
        trial_id = text(file.attrs["dropgrid_trial"])
    with h5py.File(results_file) as results:
        row = [text(value) for value in results["trial_id"][:]].index(trial_id)
        setting = configuration(results, row)
        images, labels = test_images(text(results["data"][row]), setting)
        classes = int(results["provenance/data/classes"][0])
        last = int(results["epochs_run"][row]) - 1
        loss, accuracy = (results[name][row, last] for name in ("test_loss", "test_accuracy"))
    model = build(*network(setting), images.shape[1:], classes)
    model.load_weights(weights_file)
    print(f"{weights_file}: trial {row}, {model.count_params()} weights")
    compare("Keras", loss, accuracy, model.predict(images, batch_size=256, verbose=0), labels)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    for weights in sys.argv[2:]:
        main(sys.argv[1], weights)
