"""Data that is no image, and an autoencoder: a file for `--plugin`."""

import math
from typing import ClassVar

import keras
import numpy as np
from keras import layers, ops

import gankit


def signals(count: int = 64, length: int = 64) -> gankit.Dataset:
    """Sine waves of a random phase.

    Args:
        count: The number of signals.
        length: The number of values of each.
    """
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, (count, 1, 1))
    waves = np.sin(np.linspace(0, 4 * np.pi, length)[None, :, None] + phases)
    return gankit.Dataset({"images": waves.astype("float32")})


def table(count: int = 64, shows: bool = False) -> gankit.Dataset:
    """Rows of five columns that depend on each other.

    Args:
        count: The number of rows.
        shows: Whether rows are drawn as bars.
    """
    draw = np.random.default_rng(0)
    rows = draw.standard_normal((count, 2)) @ draw.standard_normal((2, 5))
    return gankit.Dataset({"images": rows.astype("float32")}, show=bars if shows else None)


def bars(rows: np.ndarray) -> np.ndarray:
    """Return rows as bars from below, images (count, 8, columns, 1)."""
    levels = np.arange(8)[::-1] / 8
    heights = 1 / (1 + np.exp(-np.asarray(rows)))
    return np.uint8(255 * (heights[:, None] > levels[:, None]))[..., None]


def twofold(count: int = 64) -> gankit.Dataset:
    """Images of two channels.

    Args:
        count: The number of images.
    """
    images = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 2))
    return gankit.Dataset({"images": images.astype("uint8")})


def dense(spec: gankit.DataSpec, latent: int = 4, kinds: int = 1) -> dict[str, keras.Model]:
    """One hidden layer in each network, for data of any shape.

    Args:
        spec: Of the data.
        latent: The size of the noise.
        kinds: The logits of the discriminator.
    """
    noise, examples = keras.Input((latent,), name="noise"), keras.Input(spec.shape)
    x = layers.Dense(math.prod(spec.shape))(layers.Dense(16, "relu")(noise))
    y = layers.Dense(16, "relu")(layers.Flatten()(examples))
    return {
        "generator": keras.Model(noise, layers.Reshape(spec.shape, dtype="float32")(x)),
        "discriminator": keras.Model(examples, layers.Dense(kinds, dtype="float32")(y)),
        "encoder": keras.Model(examples, layers.Dense(latent, dtype="float32")(y)),
    }


class Autoencoder(gankit.Loss):
    """The squared error of reconstructions, with codes drawn towards a normal distribution."""

    players: ClassVar = {"autoencoder": ("encoder", "generator")}

    def __call__(self, turn):
        codes = turn.networks["encoder"](turn.batch["images"], training=True)
        made = turn.networks["generator"](codes, training=True)
        return ops.mean(ops.square(made - turn.batch["images"])) + 0.1 * ops.mean(codes**2)

    def preview(self, gan, examples):
        codes = gan.sample(examples["images"], name="encoder")
        return [[examples["images"], gan.sample(codes)]]


class Mixture(gankit.Loss):
    """A discriminator of several logits, whose mean counts."""

    players: ClassVar = {"discriminator": ("discriminator",), "generator": ("generator",)}

    def __call__(self, turn):
        judgment = turn.judge("discriminator", turn.batch["images"], turn.generate())
        sign = 1 if turn.player == "discriminator" else -1
        return sign * ops.mean(judgment.fake - judgment.real)


@gankit.hookimpl
def gankit_datasets():
    return {"signals": signals, "table": table, "twofold": twofold}


@gankit.hookimpl
def gankit_architectures():
    return {"dense": dense}


@gankit.hookimpl
def gankit_losses():
    return {"autoencoder": Autoencoder, "mixture": Mixture}
