"""The architecture `my-part`."""

import math
from typing import Any

import gankit
import keras
from keras import layers


def my_part(
    spec: gankit.DataSpec, latent: gankit.Count = 4, width: gankit.Count = 128
) -> dict[str, keras.Model]:
    """Two hidden layers for each network, for images and points.

    Args:
        spec: The spec of the data.
        latent: The size of the noise.
        width: The width of the hidden layers.
    """
    noise, images = keras.Input((latent,)), keras.Input(spec.shape)
    end = "tanh" if len(spec.shape) == 3 else None  # images are within [−1, 1]
    x = layers.Dense(math.prod(spec.shape), end, dtype="float32")(_hidden(noise, width))
    logits = layers.Dense(1, dtype="float32")(_hidden(layers.Flatten()(images), width))
    return {
        "generator": keras.Model(noise, layers.Reshape(spec.shape, dtype="float32")(x)),
        "discriminator": keras.Model(images, logits),
    }


def _hidden(x: Any, width: int) -> Any:
    for _ in range(2):
        x = layers.LeakyReLU(0.2)(layers.Dense(width)(x))
    return x
