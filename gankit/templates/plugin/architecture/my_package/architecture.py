"""The architecture `my-part`."""

import math
from typing import Annotated

import gankit
import keras
from keras import layers
from pydantic import Field

Count = Annotated[int, Field(ge=1)]


def my_part(
    facts: gankit.Facts,
    latent: Count = 4,
    width: Count = 128,
) -> dict[str, keras.Model]:
    """Two hidden layers for each network, for pictures and for points.

    Args:
        facts: Of the data.
        latent: The size of the noise.
        width: Of the hidden layers.
    """
    noise, images = keras.Input((latent,)), keras.Input(facts.shape)
    end = "tanh" if len(facts.shape) == 3 else None  # pictures are within [−1, 1]
    x = layers.Dense(math.prod(facts.shape), end, dtype="float32")(_hidden(noise, width))
    logits = layers.Dense(1, dtype="float32")(_hidden(layers.Flatten()(images), width))
    return {
        "generator": keras.Model(noise, layers.Reshape(facts.shape, dtype="float32")(x)),
        "discriminator": keras.Model(images, logits),
    }


def _hidden(x, width: int):
    for _ in range(2):
        x = layers.LeakyReLU(0.2)(layers.Dense(width)(x))
    return x
