"""A network as plain values: what a fixture stores, and what both frameworks and Swift build."""

import names


class Network:
    """Layers in order, each a dictionary with its label, its settings and its output's shape."""

    def __init__(self, *shape, initialiser="glorot-uniform"):
        self.input = list(shape)
        self.initialiser = initialiser
        self.layers = []
        self.block = 1
        self.convolutions = 0
        self.denses = 0

    @property
    def shape(self):
        return self.layers[-1]["output"] if self.layers else self.input

    def add(self, layer, output=None, **settings):
        if "name" in settings:
            settings["packed"] = names.packed(settings["name"])
        self.layers.append({"layer": layer, **settings, "output": output or self.shape})
        return self

    def conv(self, filters, kernel=3, padding="same", stride=1, **settings):
        """Same padding as TensorFlow has it: as little as gives ⌈size / stride⌉, less of it first."""
        self.convolutions += 1
        pads, sizes = [], []
        for size in self.shape[:2]:
            same = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            total = same if padding == "same" else 0
            pads.append([total // 2, total - total // 2])
            sizes.append((size + total - kernel) // stride + 1)
        return self.add(
            "convolution",
            [*sizes, filters],
            label=f"block{self.block}.conv{self.convolutions}",
            name=f"kernel {self.block} {self.convolutions}",
            kernel=[kernel, kernel, self.shape[2], filters],
            stride=stride,
            padding=padding,
            pads=pads,
            initialiser=self.initialiser,
            **settings,
        )

    def norm(self, form, momentum=None, epsilon=None):
        """Batch normalisation with the framework's defaults where nothing is said."""
        usual = {"keras": (0.99, 1e-3), "pytorch": (0.1, 1e-5)}[form]
        return self.add(
            "batch-norm",
            label=f"block{self.block}.conv{self.convolutions}.norm",
            form=form,
            momentum=usual[0] if momentum is None else momentum,
            epsilon=usual[1] if epsilon is None else epsilon,
        )

    def relu(self):
        return self.activation("relu")

    def at(self, point, kind, rate, **settings):
        """Dropout at a point of the convolution that was added last; "input": of the next one."""
        ahead = point == "input"
        place = ["input", "before-norm", "before-activation", "after-activation"].index(point)
        name = f"convolution {self.block} {self.convolutions + ahead} {place}"
        return self.dropout(kind, rate, name, **settings)

    def activation(self, kind, **settings):
        return self.add("activation", kind=kind, **settings)

    def dropout(self, kind, rate, name, **settings):
        return self.add("dropout", label=name.replace(" ", "-"), name=name, kind=kind, rate=rate, **settings)

    def pool(self, kind, size=2, before=None, after=None, rate=0):
        """A pool with (kind, rate) of dropout on either side."""
        if before:
            self.dropout(*before, f"pool{'-second' if after else ''} {self.block}")
        height, width, channels = self.shape
        output = [height // size, width // size, channels]
        settings = {}
        if kind == "stochastic":
            settings = {"name": f"stochastic-pool {self.block}"}
        if kind == "max-pooling-dropout":
            settings = {"name": f"pool {self.block}", "rate": rate}
        label = f"pool{self.block}"
        self.add("pool", output, label=label, kind=kind, size=size, input=self.shape, **settings)
        if after:
            self.dropout(*after, f"pool {self.block}")
        self.block, self.convolutions = self.block + 1, 0
        return self

    def global_average(self):
        return self.add("global-average", self.shape[-1:])

    def flat(self):
        if len(self.shape) == 3:
            height, width, channels = self.shape
            self.add("flatten", [height * width * channels])
        return self

    def dense(self, units, rate=0, activation="relu", drop_connect=None, **settings):
        self.flat()
        self.denses += 1
        more = {"drop_connect": drop_connect} if drop_connect else {}
        self.linear(f"dense{self.denses}", f"dense-kernel {self.denses}", units, **more)
        self.activation(activation, **settings)
        return self.dropout("element-wise", rate, f"dense {self.denses}") if rate else self

    def logits(self, classes):
        return self.flat().linear("logits", "logits-kernel", classes)

    def linear(self, label, name, units, **settings):
        kernel = [*self.shape, units]
        return self.add(
            "dense", [units], label=label, name=name, kernel=kernel,
            initialiser=self.initialiser, **settings,
        )

    @property
    def parameters(self):
        """(label, role, shape) of every array of the trained layers, in order."""
        result = []
        for layer in self.layers:
            if "kernel" in layer:
                arrays = {"kernel": layer["kernel"], "bias": layer["kernel"][-1:]}
            elif layer["layer"] == "batch-norm":
                roles = ["gamma", "beta", "moving_mean", "moving_variance"]
                arrays = dict.fromkeys(roles, layer["output"][-1:])
            else:
                continue
            result += [(f"{layer['label']}.{role}", role, arrays[role]) for role in arrays]
        return result

    @property
    def drawing(self):
        """The layers that draw in training."""
        return [
            layer
            for layer in self.layers
            if layer["layer"] == "dropout" or "drop_connect" in layer
            or (layer["layer"] == "pool" and "name" in layer)
        ]

    def check(self):
        packed = [layer["packed"] for layer in self.layers if "packed" in layer]
        assert len(set(packed)) == len(packed), "two things have one name"
        count = 0
        for _, _, shape in self.parameters:
            size = 1
            for length in shape:
                size *= length
            count += size
        assert count <= 5000, f"{count} parameters"
