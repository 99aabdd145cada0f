"""Load exported weights into PyTorch and evaluate them on the test images.

    dropgrid export safetensors first-look.h5 -o best.safetensors
    python torch_predict.py best.safetensors

Needs torch, safetensors and numpy. The file's metadata say which network it is.
"""

import sys
from collections import OrderedDict

import torch
from dropgrid_data import compare, network, test_images
from safetensors import safe_open
from torch import nn


def activation(name):
    return {
        "relu": nn.ReLU(),
        "leaky-relu": nn.LeakyReLU(0.01),
        "elu": nn.ELU(),
        "selu": nn.SELU(),
        "tanh": nn.Tanh(),
        "sigmoid": nn.Sigmoid(),
    }[name]


def border(size, kernel, stride, padding):
    """Zeros before and behind, as TensorFlow and Keras pad, and the size of the output."""
    if padding == "valid":
        return (0, 0), (size - kernel) // stride + 1
    output = -(-size // stride)
    total = max((output - 1) * stride + kernel - size, 0)
    return (total // 2, total - total // 2), output


def build(blocks, dense, dense_activation, head, shape, classes):
    """The network of a trial; dropout changes nothing here, so it is left out."""
    height, width, channels = shape
    parts = []
    for number, block in enumerate(blocks, 1):
        layers = []
        for index in range(1, block["convolutions"] + 1):
            stride = block["stride"] if index == block["convolutions"] else 1
            rows, height = border(height, block["kernel"], stride, block["padding"])
            columns, width = border(width, block["kernel"], stride, block["padding"])
            layers.append((f"pad{index}", nn.ZeroPad2d(columns + rows)))
            convolution = nn.Conv2d(channels, block["filters"], block["kernel"], stride=stride)
            layers.append((f"conv{index}", convolution))
            channels = block["filters"]
            if block["norm"]:
                epsilon = 1e-3 if block["norm"] == "batch" else 1e-5
                layers.append((f"norm{index}", nn.BatchNorm2d(channels, eps=epsilon)))
            layers.append((f"activation{index}", activation(block["activation"])))
        if block["pool"]:
            pool = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}[block["pool"]]
            layers.append(("pool", pool(block["pool_size"])))
            height //= block["pool_size"]
            width //= block["pool_size"]
        parts.append((f"block{number}", nn.Sequential(OrderedDict(layers))))
    if head == "global-average":
        parts.append(("average", nn.AdaptiveAvgPool2d(1)))
        height = width = 1
    parts.append(("flatten", nn.Flatten()))
    inputs = channels * height * width
    for number, outputs in enumerate(dense, 1):
        parts.append((f"dense{number}", nn.Linear(inputs, outputs)))
        parts.append((f"dense{number}_activation", activation(dense_activation)))
        inputs = outputs
    parts.append(("logits", nn.Linear(inputs, classes)))
    return nn.Sequential(OrderedDict(parts))


def main(weights_file):
    with safe_open(weights_file, framework="pt") as file:
        metadata = file.metadata()
        weights = {name: file.get_tensor(name) for name in file.keys()}
    setting = metadata["configuration"]
    images, labels = test_images(metadata["data.name"], setting)
    model = build(*network(setting), images.shape[1:], len(weights["logits.bias"]))
    model.load_state_dict(weights)
    model.eval()
    print(f"{weights_file}: trial {metadata['trial']}, {len(weights)} arrays")
    with torch.no_grad():
        # PyTorch has the channels first.
        logits = model(torch.from_numpy(images).permute(0, 3, 1, 2)).numpy()
    compare(
        "PyTorch", float(metadata["test_loss"]), float(metadata["test_accuracy"]), logits, labels
    )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    for weights in sys.argv[1:]:
        main(weights)
