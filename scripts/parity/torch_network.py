"""A network in PyTorch, of its own layers and optimisers; noise comes from outside."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional


def planes(array):
    """(n, h, w, c) to PyTorch's (n, c, h, w); rows stay."""
    tensor = torch.from_numpy(np.ascontiguousarray(array, dtype=np.float64))
    return tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor


class TorchNetwork:
    def __init__(self, spec, weights):
        torch.set_default_dtype(torch.float64)
        self.spec = spec
        self.modules = {}
        self.optimiser = self.schedule = None
        shape = spec.network.input
        for layer in spec.network.layers:
            if layer["layer"] == "convolution":
                height, width, inputs, outputs = layer["kernel"]
                module = nn.Conv2d(inputs, outputs, (height, width), stride=layer["stride"])
                self.modules[layer["label"]] = module
            if layer["layer"] == "dense":
                self.modules[layer["label"]] = nn.Linear(*layer["kernel"])
            shape = layer["output"]
        self.set(weights)

    def arrays(self, get):
        """`get` of every parameter, kernels as (kh, kw, in, out) and (in, out)."""
        result = []
        for module in self.modules.values():
            kernel = get(module.weight).detach()
            kernel = kernel.permute(2, 3, 1, 0) if kernel.ndim == 4 else kernel.T
            result += [kernel.numpy().copy(), get(module.bias).detach().numpy().copy()]
        return result

    def set(self, weights):
        values = iter(weights)
        with torch.no_grad():
            for module in self.modules.values():
                kernel = torch.from_numpy(next(values).astype(np.float64))
                module.weight.copy_(kernel.permute(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T)
                module.bias.copy_(torch.from_numpy(next(values).astype(np.float64)))

    def weights(self):
        return self.arrays(lambda parameter: parameter)

    def logits(self, images, noise=None):
        """Logits; `noise` holds factor and addend of each dropout, None at evaluation."""
        x = planes(images)
        for layer in self.spec.network.layers:
            match layer["layer"]:
                case "convolution":
                    (top, bottom), (left, right) = layer["pads"]
                    x = self.modules[layer["label"]](functional.pad(x, (left, right, top, bottom)))
                case "dense":
                    x = self.modules[layer["label"]](x)
                case "activation":
                    x = activation(layer)(x)
                case "dropout" if noise is not None:
                    factor, addend = (planes(part) for part in noise[layer["label"]])
                    x = x * factor + addend
                case "pool":
                    pool = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}[layer["kind"]]
                    x = pool(layer["size"])(x)
                case "flatten":
                    x = x.permute(0, 2, 3, 1).flatten(1)
        return x

    def gradients(self, images, labels, noise):
        """The loss and the gradients of one batch."""
        for module in self.modules.values():
            module.zero_grad()
        criterion = nn.CrossEntropyLoss()
        loss = criterion(self.logits(images, noise), torch.from_numpy(labels).long())
        loss.backward()
        return loss.item(), self.arrays(lambda parameter: parameter.grad)

    def update(self):
        if self.optimiser is None:
            self.optimiser, self.schedule = optimiser(self.spec, self.modules.values())
        self.optimiser.step()
        self.schedule.step()

    def evaluate(self, images):
        with torch.no_grad():
            return self.logits(images).numpy()


def activation(layer):
    return {"relu": nn.ReLU}[layer["kind"]]()


def optimiser(spec, modules):
    options = spec.optimiser
    parameters = [parameter for module in modules for parameter in module.parameters()]
    result = torch.optim.SGD(
        parameters, lr=options["learning_rate"], momentum=options["momentum"],
        nesterov=options["nesterov"],
    )
    decay = options.get("decay", 0)
    return result, torch.optim.lr_scheduler.LambdaLR(result, lambda t: 1 / (1 + decay * t))
