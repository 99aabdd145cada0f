"""The fixtures: small networks that together use everything that Dropgrid trains with."""

from dataclasses import dataclass

from network import Network


@dataclass
class Spec:
    name: str
    network: Network
    optimiser: dict
    batch: int = 8
    images: int = 19
    steps: int = 20
    init_seed: int = 3
    mask_seed: int = 0x1234_5678_9ABC_DEF0
    label_smoothing: float = 0
    # Whether a Monte-Carlo evaluation is compared; DropBlock's depends on the batch's padding.
    monte_carlo: bool = True

    @property
    def classes(self):
        return self.network.shape[0]

    @property
    def framework(self):
        return self.optimiser["form"]

    def indices(self, step):
        return [(7 * row + 5 * step) % self.images for row in range(self.batch)]


def sgd(form="keras", rate=0.05, momentum=0.9, nesterov=False, schedule=None):
    return {
        "name": "sgd", "form": form, "learning_rate": rate, "schedule": schedule,
        "momentum": momentum, "nesterov": nesterov,
    }


def adam(form, rate=0.003, weight_decay=0.0, schedule=None):
    return {
        "name": "adam", "form": form, "learning_rate": rate, "schedule": schedule,
        "beta1": 0.9, "beta2": 0.999, "epsilon": {"keras": 1e-7, "pytorch": 1e-8}[form],
        "weight_decay": weight_decay,
    }


def gray(size=8):
    return Network(size, size, 1)


def colour(height=9, width=8):
    return Network(height, width, 3)


def layers():
    """Paddings, poolings, kernel sizes, channel counts."""
    yield Spec(
        "same-max", gray().conv(6).relu().conv(8).relu().pool("max").dense(12).logits(4),
        sgd("keras"))
    yield Spec(
        "valid-average",
        colour().conv(6, padding="valid").relu().conv(5, padding="valid").relu()
        .pool("average").dense(12).logits(4),
        sgd("pytorch"))
    yield Spec(
        "winograd", gray().conv(16).relu().conv(16).relu().pool("max", size=4).logits(4),
        sgd("keras"), batch=4)
    yield Spec(
        "winograd-twice",
        gray().conv(16).relu().conv(16).relu().pool("average").conv(16).relu()
        .pool("max", size=4).logits(4),
        sgd("pytorch"), batch=4)
    yield Spec(
        "kernel-sizes",
        gray().conv(5, kernel=5).relu().pool("max").conv(7, kernel=1).relu().dense(6).logits(3),
        sgd("pytorch"), batch=7)
    yield Spec(
        "channels-and-remainders",
        Network(8, 11, 5).conv(17).relu().pool("max", size=3).conv(9, padding="valid", kernel=1)
        .relu().pool("average").logits(5),
        sgd("keras"), batch=5)
    yield Spec(
        "pool-first", gray(10).pool("average").conv(6).relu().pool("max").logits(4), sgd("keras"))
    yield Spec("dense-only", gray(6).dense(20).dense(11).logits(7), sgd("pytorch"))


def optimisers():
    """Each optimiser in each framework's form, and the schedules of the learning rate."""
    def network():
        return gray(6).conv(6).relu().pool("max").dense(10).logits(4)

    for form in ["keras", "pytorch"]:
        yield Spec(f"sgd-{form}-plain", network(), sgd(form, momentum=0.0, rate=0.1))
        yield Spec(f"sgd-{form}-nesterov", network(), sgd(form, nesterov=True))
        decay = {"kind": "time-based", "decay": 0.1}
        yield Spec(f"sgd-{form}-decay", network(), sgd(form, schedule=decay))
        yield Spec(
            f"sgd-{form}-nesterov-decay", network(), sgd(form, nesterov=True, schedule=decay))
        yield Spec(f"adam-{form}", network(), adam(form))
        yield Spec(f"adamw-{form}", network(), adam(form, weight_decay=0.3))
        step = {"kind": "step", "every": 6, "factor": 0.5}
        yield Spec(f"step-{form}", network(), sgd(form, schedule=step))
        # Shorter than the training: the rate must stay 0.
        cosine = {"kind": "cosine", "total": 20 if form == "pytorch" else 15}
        yield Spec(f"cosine-{form}", network(), adam(form, weight_decay=0.1, schedule=cosine))
    cycle = {"kind": "one-cycle", "total": 20}
    yield Spec("one-cycle-pytorch", network(), sgd("pytorch", rate=0.1, schedule=cycle))


def activations():
    """Every activation, behind a convolution and a dense layer; batch normalisation."""
    def network(kind, norm=None, **settings):
        made = gray().conv(6)
        if norm:
            made.norm(norm, **settings)
            settings = {}
        made.activation(kind, **settings).pool("average").flat()
        return made.dense(8, activation=kind, **settings).logits(4)

    yield Spec("leaky-relu", network("leaky-relu", slope=0.3), sgd("keras"))
    yield Spec("elu", network("elu", alpha=1.0), sgd("pytorch"))
    yield Spec("selu", network("selu"), sgd("keras"))
    yield Spec("gelu", network("gelu"), sgd("pytorch"))
    yield Spec("tanh", network("tanh"), sgd("keras"))
    yield Spec("sigmoid", network("sigmoid"), sgd("pytorch", rate=0.2))
    for form in ["keras", "pytorch"]:
        yield Spec(f"batch-norm-{form}", network("relu", norm=form), sgd(form))
    yield Spec(
        "batch-norm-twice",
        colour().conv(7).norm("pytorch", momentum=0.3).relu().conv(5, padding="valid")
        .norm("pytorch", epsilon=0.01).relu().pool("max").dense(8).logits(4),
        sgd("pytorch"), batch=7)


def shapes():
    """Strides, global average pooling, label smoothing, initialisers."""
    yield Spec(
        "stride-even",
        gray().conv(6, stride=2).relu().conv(5, kernel=5, stride=2).relu().dense(8).logits(4),
        sgd("keras"))
    yield Spec(
        "stride-odd",
        colour(9, 7).conv(6, stride=2).relu().conv(5, stride=3).relu().dense(8).logits(4),
        sgd("keras"))
    yield Spec(
        "stride-valid",
        gray(9).conv(6, stride=2, padding="valid").relu().conv(5, stride=2, padding="valid").relu()
        .dense(8).logits(4),
        sgd("pytorch"))
    yield Spec(
        "global-average", gray().conv(6).relu().pool("max").conv(8).relu().global_average()
        .logits(4), sgd("keras"))
    yield Spec(
        "label-smoothing", gray().conv(6).relu().pool("max").dense(8).logits(5),
        sgd("pytorch"), label_smoothing=0.1)
    for initialiser in ["glorot-normal", "he-uniform", "he-normal"]:
        network = Network(6, 6, 1, initialiser=initialiser)
        yield Spec(
            initialiser, network.conv(5).relu().pool("max").dense(6).logits(4), sgd("keras"))


def dropouts():
    """Element-wise and spatial dropout at every site."""
    def network(kind="max", before=None, after=None, dense=0):
        return (
            gray().conv(6).relu().pool(kind, before=before, after=after).conv(5).relu()
            .dense(9, rate=dense).logits(4)
        )

    yield Spec("dense-dropout", network(dense=0.5), sgd("pytorch"))
    for pool in ["max", "average"]:
        for kind, rate in [("element-wise", 0.3), ("spatial", 0.4)]:
            yield Spec(f"{kind}-before-{pool}", network(pool, before=(kind, rate)), sgd("keras"))
            yield Spec(f"{kind}-after-{pool}", network(pool, after=(kind, rate)), sgd("pytorch"))
    yield Spec(
        "both-sides-max", network("max", ("spatial", 0.25), ("element-wise", 0.5)), sgd("keras"))
    yield Spec(
        "both-sides-average",
        network("average", ("element-wise", 0.1), ("spatial", 0.2), dense=0.3),
        sgd("pytorch"), batch=7)


def kinds():
    """The other kinds of dropout, at other points, with schedules."""
    def network():
        return gray(7).conv(6)

    def rest(network, pool="max"):
        return network.relu().pool(pool).conv(5).relu().dense(9).logits(4)

    # Keras's noise shapes (n, h, w, c); a 1 stands for an axis that shares its decisions.
    forms = {"1hwc": "keras", "nhw1": "pytorch", "n1wc": "keras", "111c": "keras"}
    for shape, form in forms.items():
        yield Spec(
            f"shared-{shape}",
            rest(network().relu().at("after-activation", "shared", 0.3, shape=shape)), sgd(form))
    yield Spec(
        "gaussian",
        rest(network().relu().at("after-activation", "gaussian", 0.2), "average"), sgd("keras"))
    yield Spec(
        "gaussian-input",
        gray().dropout("gaussian", 0.1, "input").conv(6).relu().pool("max")
        .dropout("gaussian", 0.3, "dense-input 0").logits(4),
        sgd("pytorch"))
    yield Spec(
        "alpha",
        network().activation("selu").at("after-activation", "alpha", 0.1).pool("average")
        .dense(9, activation="selu").dropout("alpha", 0.2, "dense 1").logits(4),
        sgd("keras"))
    yield Spec(
        "alpha-pytorch",
        colour().conv(6).activation("selu").at("after-activation", "alpha", 0.2).conv(5)
        .activation("selu").pool("max").logits(4),
        sgd("pytorch"), batch=7)
    for channels in ["shared", "independent"]:
        for centres in ["valid", "full"]:
            yield Spec(
                f"drop-block-{channels}-{centres}",
                rest(network().relu().at(
                    "after-activation", "drop-block", 0.2, block=3, channels=channels,
                    centres=centres), "average"),
                sgd("keras" if centres == "valid" else "pytorch"), monte_carlo=False)
    yield Spec(
        "points-and-norm",
        colour().dropout("spatial", 0.1, "input").conv(7).at("before-norm", "spatial", 0.2)
        .norm("keras").at("before-activation", "element-wise", 0.2).relu()
        .at("input", "element-wise", 0.1).conv(5).relu().pool("max")
        .dropout("element-wise", 0.2, "dense-input 1").dense(8).logits(4),
        sgd("keras"))
    for kind, updates in [("early", 8), ("late", 5), ("linear", 16)]:
        yield Spec(
            f"schedule-{kind}",
            rest(network().relu().at(
                "after-activation", "element-wise", 0.4,
                schedule={"kind": kind, "updates": updates})),
            sgd("keras"))


def pools():
    """Pools that draw, and DropConnect."""
    for pool, rate in [("stochastic", 0), ("max-pooling-dropout", 0.3)]:
        for size, form in [(2, "keras"), (3, "pytorch")]:
            yield Spec(
                f"{pool}-{size}",
                gray(9).conv(6).relu().pool(pool, size, rate=rate).conv(5).relu().dense(8)
                .logits(4),
                sgd(form))
    mean = {"rate": 0.3, "samples": 0}
    yield Spec(
        "drop-connect",
        gray().conv(6, drop_connect=mean).relu().pool("max").conv(5, drop_connect=mean).relu()
        .dense(9, drop_connect=mean).logits(4),
        sgd("keras"))
    early = {"rate": 0.3, "samples": 0, "schedule": {"kind": "early", "updates": 6}}
    yield Spec(
        "drop-connect-early",
        gray(6).conv(6).relu().pool("max").dense(9, drop_connect=early).logits(4), sgd("pytorch"))
    yield Spec(
        "drop-connect-gaussian",
        gray().conv(6).relu().pool("max").dense(9, drop_connect={"rate": 0.4, "samples": 20})
        .logits(4),
        sgd("pytorch"))


def everything():
    return [
        *layers(), *optimisers(), *activations(), *shapes(), *dropouts(), *kinds(), *pools(),
    ]
