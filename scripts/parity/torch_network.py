"""A network in PyTorch, of its own layers and optimisers; noise comes from outside."""

from functools import partial
from itertools import chain

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import draws


def views(tensor):
    """A kernel with its axes in Dropgrid's order; anything else as it is."""
    order = {4: (2, 3, 1, 0), 2: (1, 0)}.get(tensor.ndim)
    return tensor.permute(order) if order else tensor


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
            if layer["layer"] == "batch-norm":
                momentum = layer["momentum"]
                self.modules[layer["label"]] = nn.BatchNorm2d(
                    shape[2], layer["epsilon"],
                    1 - momentum if layer["form"] == "keras" else momentum,
                )
            shape = layer["output"]
        self.set(weights)

    def tensors(self):
        """Every parameter and buffer in Dropgrid's order; kernels are views of (kh, kw, in, out)."""
        for module in self.modules.values():
            yield views(module.weight), module.bias
            if isinstance(module, nn.BatchNorm2d):
                yield module.running_mean, module.running_var

    def set(self, weights):
        with torch.no_grad():
            for tensor, value in zip(chain(*self.tensors()), weights, strict=True):
                tensor.copy_(torch.from_numpy(value.astype(np.float64)))

    def weights(self):
        return [tensor.detach().numpy().copy() for tensor in chain(*self.tensors())]

    def all_gradients(self):
        """Gradients in the order of the weights; those of running statistics are zeros."""
        result = []
        for module in self.modules.values():
            result += [views(module.weight.grad).numpy().copy(), module.bias.grad.numpy().copy()]
            if isinstance(module, nn.BatchNorm2d):
                result += [np.zeros(module.num_features)] * 2
        return result

    def logits(self, images, noise=None, training=True):
        """Logits; `noise` holds what each layer draws (`draws.noise`), None for no dropout."""
        for module in self.modules.values():
            module.train(noise is not None and training)
        x = planes(images)
        for layer in self.spec.network.layers:
            draw = None if noise is None else noise.get(layer.get("label"))
            match layer["layer"]:
                case "convolution":
                    (top, bottom), (left, right) = layer["pads"]
                    x = self.linear(layer, functional.pad(x, (left, right, top, bottom)), draw)
                case "dense":
                    x = self.linear(layer, x, draw)
                case "batch-norm":
                    x = self.modules[layer["label"]](x)
                case "activation":
                    x = activation(layer)(x)
                    # The samples of DropConnect's Gaussian inference.
                    x = x.mean(0) if x.ndim == 3 else x
                case "dropout" if draw is not None:
                    factor, addend = (planes(part) for part in draw)
                    x = x * factor + addend
                case "pool":
                    x = pool(layer, x, draw)
                case "global-average":
                    x = nn.AdaptiveAvgPool2d(1)(x).flatten(1)
                case "flatten":
                    x = x.permute(0, 2, 3, 1).flatten(1)
        return x

    def linear(self, layer, x, draw):
        """A convolution or dense layer, with its weights as they are or under DropConnect."""
        module = self.modules[layer["label"]]
        apply = functional.linear
        if layer["layer"] == "convolution":
            apply = partial(functional.conv2d, stride=layer["stride"])
        if draw is not None:
            kernel, bias = (torch.from_numpy(factor) for factor in draw)
            if kernel.ndim == 4:
                kernel = kernel.permute(3, 2, 0, 1)
            else:
                kernel = kernel.T
            return apply(x, module.weight * kernel, module.bias * bias)
        options = layer.get("drop_connect")
        if options and options["samples"] and not module.training:
            # Wan et al., ICML 2013, algorithm 2, with quantiles for the random numbers.
            ratio = options["rate"] / (1 - options["rate"])
            variance = ratio * apply(x**2, module.weight**2, module.bias**2)
            z = torch.tensor(draws.quantiles(options["samples"]))
            return module(x) + variance.sqrt() * z[:, None, None]
        return module(x)

    def gradients(self, images, labels, noise):
        """The loss and the gradients of one batch."""
        for module in self.modules.values():
            module.zero_grad()
        criterion = nn.CrossEntropyLoss(label_smoothing=self.spec.label_smoothing)
        loss = criterion(self.logits(images, noise), torch.from_numpy(labels).long())
        loss.backward()
        return loss.item(), self.all_gradients()

    def update(self):
        if self.optimiser is None:
            self.optimiser, self.schedule = optimiser(self.spec.optimiser, self.modules.values())
        self.optimiser.step()
        if self.schedule:
            self.schedule.step()

    def evaluate(self, images, noise=None):
        with torch.no_grad():
            return self.logits(images, noise, training=False).numpy()


def pool(layer, x, draw):
    """Pooling over windows of size × size; `draw` as `draws.noise` has it, None at evaluation."""
    size = layer["size"]
    match layer["kind"]:
        case "max":
            return nn.MaxPool2d(size)(x)
        case "average":
            return nn.AvgPool2d(size)(x)
        case "max-pooling-dropout" if draw is not None:
            return nn.MaxPool2d(size)(x * planes(draw))
    windows = x.unfold(2, size, size).unfold(3, size, size).flatten(4).relu()
    if layer["kind"] == "max-pooling-dropout":
        # Wu and Gu 2015: the largest is kept with 1 − rate, the next where that is dropped, …
        powers = layer["rate"] ** torch.arange(size * size, dtype=torch.float64)
        return (windows.sort(descending=True).values * powers).sum(-1) * (1 - layer["rate"])
    # Zeiler and Fergus 2013.
    total = windows.sum(-1)
    if draw is None:
        return torch.where(total > 0, (windows**2).sum(-1) / total, total)
    reached = windows.detach().cumsum(-1) > (planes(draw) * total.detach())[..., None]
    return windows.gather(-1, reached.int().argmax(-1, keepdim=True))[..., 0]


def activation(layer):
    match layer["kind"]:
        case "leaky-relu":
            return nn.LeakyReLU(layer["slope"])
        case "elu":
            return nn.ELU(layer["alpha"])
    return {
        "relu": nn.ReLU, "selu": nn.SELU, "gelu": nn.GELU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid,
    }[layer["kind"]]()


def optimiser(options, modules):
    """The optimiser and its schedule, None where the rate is constant."""
    parameters = [parameter for module in modules for parameter in module.parameters()]
    rate = options["learning_rate"]
    if options["name"] == "sgd":
        result = torch.optim.SGD(
            parameters, rate, momentum=options["momentum"], nesterov=options["nesterov"])
    else:
        kind = torch.optim.AdamW if options["weight_decay"] else torch.optim.Adam
        result = kind(
            parameters, rate, (options["beta1"], options["beta2"]), options["epsilon"],
            options["weight_decay"])
    schedules = torch.optim.lr_scheduler
    match options["schedule"]:
        case {"kind": "time-based", "decay": decay}:
            return result, schedules.LambdaLR(result, lambda t: 1 / (1 + decay * t))
        case {"kind": "step", "every": every, "factor": factor}:
            return result, schedules.StepLR(result, every, factor)
        case {"kind": "cosine", "total": total}:
            return result, schedules.CosineAnnealingLR(result, total)
        case {"kind": "one-cycle", "total": total}:
            return result, schedules.OneCycleLR(
                result, rate, total_steps=total, cycle_momentum=False)
    return result, None
