"""A plugin whose generator returns the attributes that it is asked for, beside noise."""

from typing import ClassVar

import keras
import numpy as np
from keras import layers, ops

import gankit


def marked(count: int = 32):
    """Points whose first coordinate is the attribute `on`, which three of four examples lack.

    Args:
        count: The number of points.
    """
    on = (np.arange(count) % 4 == 0).astype("float32")
    sign = np.where(np.arange(count) % 2, 1, -1).astype("float32")
    points = np.stack([on, sign], axis=1)
    return gankit.Dataset(
        {"images": points, "attributes": np.stack([on, sign], axis=1)},
        columns={"attributes": ("on", "sign")},
    )


def marking(spec: gankit.DataSpec):
    """A generator that returns (attribute `on`, a weight of the noise), and a discriminator."""
    noise = keras.Input((2,), name="noise")
    attributes = keras.Input(spec.shapes["attributes"], name="attributes")
    points = keras.Input(spec.shape, name="images")
    made = layers.Concatenate()([attributes[:, :1], layers.Dense(1)(noise)])
    logits = layers.Dense(1)(layers.Concatenate()([points, attributes]))
    return {
        "generator": keras.Model([noise, attributes], made),
        "discriminator": keras.Model([points, attributes], logits),
    }


class Softplus(gankit.Loss):
    """The non-saturating loss."""

    players: ClassVar = {"discriminator": ("discriminator",), "generator": ("generator",)}

    def __call__(self, turn):
        judgment = turn.judge("discriminator", turn.batch["images"], turn.generate())
        if turn.player == "generator":
            return ops.mean(ops.softplus(-judgment.fake))
        return ops.mean(ops.softplus(-judgment.real)) + ops.mean(ops.softplus(judgment.fake))


@gankit.hookimpl
def gankit_datasets():
    """Points."""
    return {"marked": marked}


@gankit.hookimpl
def gankit_architectures():
    """Networks."""
    return {"marking": marking}


@gankit.hookimpl
def gankit_losses():
    """Losses."""
    return {"softplus": Softplus}
