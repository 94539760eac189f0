"""Small parts for tests of recipes and the command line: a plugin as one plain file."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

import keras
import numpy as np
from keras import ops
from pydantic import Field

import gankit


def dots(
    size: Annotated[int, Field(ge=2, le=64)] = 8,
    count: int = 32,
    tint: float = 0.5,
    ground: Literal["white", "black"] = "white",
    box: tuple[int, int] = (1, 1),
    path: Path | None = None,
    classes: tuple[str, ...] = (),
    dark=False,
):
    """Grey squares of one tint.

    Args:
        size: The side of an image, in pixels,
            at least 2.
        count (int): How many there are.
        tint: Their grey.

    Reference:
        Malevich 1915, Black Square.
    """
    images = np.full((count, size, size, 1), int(255 * tint), np.uint8)
    return gankit.Dataset({"images": images})


def crosses(arms: int):
    """Crosses (Malevich 1920, arXiv:1920.01234)."""
    raise AssertionError(f"not made in a test, whatever the arms: {arms}")


def tiny(spec: gankit.DataSpec, latent: gankit.Count = 4, previous=None):
    """One dense layer for each network."""
    pixels = int(np.prod(spec.shape))
    noise = keras.Input((latent,))
    image = keras.Input(spec.shape)
    fake = keras.layers.Reshape(spec.shape)(keras.layers.Dense(pixels, "tanh")(noise))
    logit = keras.layers.Dense(1)(keras.layers.Flatten()(image))
    networks = {"generator": keras.Model(noise, fake), "discriminator": keras.Model(image, logit)}
    return networks | ({"elder": previous["generator"]} if previous else {})


class Duel(gankit.AdversarialLoss):
    """The logit as a score."""

    def __init__(self, margin: float = 1.0):
        self.margin = margin

    def discriminator(self, real, fake):
        return ops.mean(fake) - ops.mean(real) * self.margin

    def generator(self, fake):
        return -ops.mean(fake)


class Solo(gankit.Loss):
    """One player, who makes images grey."""

    players: ClassVar = {"painter": ("generator",)}

    def __call__(self, turn):
        return ops.mean(ops.square(turn.generate()))


class Jitter(gankit.Stabilizer):
    """Shakes nothing.

    Args:
        amount: How much.
    """

    def __init__(self, amount: Annotated[float, Field(ge=0, le=1)] = 0.1, every: int = 1):
        """Keep the options.

        Args:
            every: How often, in steps.
        """
        self.amount, self.every = amount, every


@gankit.hookimpl
def gankit_datasets():
    return {"dots": dots, "crosses": crosses}


@gankit.hookimpl
def gankit_architectures():
    return {"tiny": tiny}


@gankit.hookimpl
def gankit_losses():
    return {"duel": Duel, "solo": Solo}


@gankit.hookimpl
def gankit_stabilizers():
    return {"jitter": Jitter}
