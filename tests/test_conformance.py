"""Every part that comes with gankit passes the checks that it offers to other plugins."""

import random
from functools import partial

import keras
import numpy as np
import pytest
from tables import shipped_parts

import gankit
from gankit import testing
from gankit.testing.game import networks
from gankit_standard.features.pixels import pixels
from gankit_standard.features.values import values

STABILIZERS, LOSSES, ARCHITECTURES, METRICS = (
    {part.name: part.load() for part in shipped_parts(kind)}
    for kind in ("stabilizers", "losses", "architectures", "metrics")
)
NO_STRENGTH = (
    "ema",
    "equalised-learning-rate",
    "minibatch-discrimination",
    "minibatch-std",
    "spectral-norm",
    "virtual-batch-norm",
    "width-aware-learning-rate",
)
OFF = {
    "ada": {"start": 0.0, "speed": 0.0},
    "adaptive-balance": {"high": 1.0, "low": 0.0},
    "image-pool": {"size": 0},
    "fade-in": {"steps": 0},
    "diff-augment": {"colour": 0.0, "translation": 0.0, "cutout": 0.0},
    "instance-noise": {"amount": 0.0},
    "label-flipping": {"probability": 0.0},
    "label-noise": {"amount": 0.0},
    "label-smoothing": {"amount": 0.0},
    "packing": {"size": 1},
    "r1": {"gamma": 0.0},
    "r2": {"gamma": 0.0},
    "target-clipping": {"low": 0.0, "high": 1.0},
    "top-k": {"fraction": 1.0},
    "weight-clipping": {"limit": 100.0},
    **dict.fromkeys(NO_STRENGTH),
}
SMALL = {
    "ada": {"start": 0.5, "speed": 0.1},
    "instance-noise": {"decay": 9},
    "minibatch-discrimination": {"kernels": 4, "dimensions": 2},
    "target-clipping": {"high": 0.9},
    "top-k": {"decay": 0},
    "virtual-batch-norm": {"reference": 4},
    "biggan": {"latent": 3, "embedding": 4, "generator_widths": (4,), "discriminator_widths": (4,)},
    "convolutional": {"latent": 3, "generator_widths": (4, 4, 4), "discriminator_widths": (4, 4)},
    "dcgan": {"latent": 3, "width": 4},
    "mlp": {"latent": 3, "generator_widths": (4, 4), "discriminator_widths": (4, 4)},
    "gat": {"latent": 3, "width": 8, "blocks": 1, "levels": 2},
    "mad-gan": {"generators": 2, "latent": 3, "shared_widths": (4,), "generator_widths": (4,)},
    "progressive": {"latent": 3, "widths": (4,)},
    "stacked-gan": {"latent": 3, "features": 5, "width": 4},
    "vae": {"latent": 3, "width": 4},
    "r3gan": {"latent": 3, "widths": (16, 16, 16), "blocks": 1, "group": 8},
    "resnet": {"latent": 3, "generator_widths": (4,), "discriminator_widths": (4,)},
    "cyclegan": {"width": 4, "blocks": 1, "levels": 1},
    "srgan": {"width": 4, "blocks": 1},
    "image-pool": {"size": 8},
    "clusters": {"bins": 5},
}
PICTURES = {"a": (16, 16, 1), "b": (16, 16, 1), "images": (16, 16, 1)}  # of which others are made
LABELLED = gankit.DataSpec({**PICTURES, "labels": ()}, 4)
OWN_LOSS = {"mad-gan", "stacked-gan"}  # whose discriminators an adversarial loss does not fit
WITHOUT = {"biggan", "progressive"}  # the option conditional
MADE_BY = {
    "content": "srgan",
    "cyclegan": "cyclegan",
    "gat": "gat",
    "mad-gan": "mad-gan",
    "srgan": "srgan",
    "stacked-encoder": "stacked-gan",
    "stacked-gan": "stacked-gan",
    "vae": "vae",
    "vae-gan": "vae",
}


def joined(conditional):
    """Return a way to be conditional as a parameter: test_labels.py plays it on every backend."""
    return pytest.param(conditional, marks=pytest.mark.anywhere)


@pytest.mark.anywhere
def test_the_plugins_are_complete():
    found = testing.check_plugin("gankit")
    assert len(found) >= 40


@pytest.mark.parametrize("name", STABILIZERS)
def test_stabilizer(name):
    off = OFF.get(name, {"weight": 0.0})
    made = partial(networks, norm=name == "virtual-batch-norm")  # which needs one
    made = grown if name == "fade-in" else made
    testing.check_stabilizer(STABILIZERS[name], off, networks=made, **SMALL.get(name, {}))


def grown():
    """Return networks of images (8, 8, 1) with an old and a new path, always the same."""
    random.seed(0)
    small = gankit.DataSpec({"images": (8, 8, 1)})
    return ARCHITECTURES["progressive"](small, fade=True, **SMALL["progressive"])


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    if name not in MADE_BY:
        testing.check_loss(LOSSES[name]())
        return
    architecture, draw = MADE_BY[name], np.random.default_rng(0)
    options = {"spec": LABELLED, **SMALL[architecture]}
    batch = {n: draw.integers(0, 256, (4, *shape), "uint8") for n, shape in PICTURES.items()}
    batch["labels"] = np.arange(4, dtype="int32")
    testing.check_loss(LOSSES[name](), partial(ARCHITECTURES[architecture], **options), batch)


@pytest.mark.anywhere  # test_loss plays them on every backend
@pytest.mark.parametrize("name", sorted(set(MADE_BY.values())))
def test_architecture_of_pictures(name):
    loss = LOSSES[name]() if name in OWN_LOSS else None
    testing.check_architecture(ARCHITECTURES[name], LABELLED, loss=loss, **SMALL[name])


@pytest.mark.parametrize("conditional", [False, joined(True), "projection", joined("attributes")])
@pytest.mark.parametrize("name", sorted(ARCHITECTURES.keys() - MADE_BY.values() - WITHOUT))
def test_architecture(name, conditional):
    size = 32 if name == "resnet" else 28
    shapes = {"images": (size, size, 1), "labels": (), "attributes": (3,)}
    spec = gankit.DataSpec(shapes, 10)
    testing.check_architecture(
        ARCHITECTURES[name], spec, conditional=conditional, **SMALL.get(name, {})
    )
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_architecture_without_the_option_conditional(name):
    testing.check_architecture(ARCHITECTURES[name], **SMALL[name])


@pytest.mark.anywhere
@pytest.mark.parametrize("features", [pixels, values])
@pytest.mark.parametrize("shape", [(32, 32, 3), (9, 20, 1), (2,)])
def test_features(features, shape):
    testing.check_features(features, shape)


@pytest.mark.anywhere
@pytest.mark.parametrize("name", METRICS)
def test_metric(name):
    testing.check_metric(METRICS[name], **SMALL.get(name, {}))
