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


def build(blocks, dense, shape, classes):
    """The network of a trial; dropout changes nothing here, so it is left out."""
    height, width, channels = shape
    parts = []
    for number, block in enumerate(blocks, 1):
        layers = []
        padding = block["kernel"] // 2 if block["padding"] == "same" else 0
        for index in range(1, block["convolutions"] + 1):
            convolution = nn.Conv2d(channels, block["filters"], block["kernel"], padding=padding)
            layers.append((f"conv{index}", convolution))
            layers.append((f"relu{index}", nn.ReLU()))
            channels = block["filters"]
            height += 2 * padding - block["kernel"] + 1
            width += 2 * padding - block["kernel"] + 1
        if block["pool"]:
            pool = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}[block["pool"]]
            layers.append(("pool", pool(block["pool_size"])))
            height //= block["pool_size"]
            width //= block["pool_size"]
        parts.append((f"block{number}", nn.Sequential(OrderedDict(layers))))
    parts.append(("flatten", nn.Flatten()))
    inputs = channels * height * width
    for number, outputs in enumerate(dense, 1):
        parts.append((f"dense{number}", nn.Linear(inputs, outputs)))
        parts.append((f"dense{number}_relu", nn.ReLU()))
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
