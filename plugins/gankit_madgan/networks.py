"""The networks of MAD-GAN: a mixture of generators, and one discriminator for all of them."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Annotated, Any

import keras
import numpy as np
from keras import ops
from pydantic import Field

import gankit


def mad_gan(
    spec: gankit.DataSpec,
    generators: Annotated[int, Field(ge=2)] = 4,
    latent: gankit.Count = 64,
    shared_widths: tuple[gankit.Count, ...] = (128,),
    generator_widths: tuple[gankit.Count, ...] = (128, 128),
    discriminator_widths: tuple[gankit.Count, ...] = (128, 128, 128),
) -> dict[str, keras.Model]:
    """Several dense generators in one network (MAD-GAN, Ghosh et al. 2018, arXiv:1704.02906).

    The generators share their first layers. The first number of the noise selects one of them, all
    with the same probability. The selected generator gets the other numbers as its noise. The
    discriminator has one logit for each generator and one for real images. Use it with the loss
    `mad-gan`.

    Args:
        spec: Images (height, width, channels), or points of any number of coordinates.
        generators: The number of generators.
        latent: The size of the noise of a generator.
        shared_widths: The units of the hidden layers that the generators share.
        generator_widths: The units of each generator's own hidden layers.
        discriminator_widths: The units of each hidden layer of the discriminator.

    Returns:
        generator: From noise (batch, 1 + latent) to images in [−1, 1], or to points.
        discriminator: From images or points to logits (batch, generators + 1), the last for real.
    """
    noise = keras.Input((1 + latent,), name="noise")
    images = keras.Input(spec.shape, name="images")
    x = _hidden(noise[:, 1:], shared_widths)
    made = [_head(x, generator_widths, spec.shape) for _ in range(generators)]
    which = selected(noise, generators)
    mixed = ops.sum(ops.stack(made, axis=1) * which[:, :, None], axis=1)
    mixed = keras.layers.Activation("linear", dtype="float32")(
        ops.reshape(mixed, (-1, *spec.shape))
    )
    y = _hidden(keras.layers.Flatten()(images), discriminator_widths)
    logits = keras.layers.Dense(generators + 1, dtype="float32")(y)
    return {
        "generator": keras.Model(noise, mixed, name="generator"),
        "discriminator": keras.Model(images, logits, name="discriminator"),
    }


def selected(noise: Any, generators: int) -> Any:
    """Return which generator the first number of the noise selects, one-hot (batch, generators)."""
    bounds = [NormalDist().inv_cdf(number / generators) for number in range(1, generators)]
    above = ops.cast(ops.greater(noise[:, :1], np.array([bounds], "float32")), "float32")
    ones, zeros = ops.ones_like(above[:, :1]), ops.zeros_like(above[:, :1])
    return ops.concatenate([ones, above], axis=1) - ops.concatenate([above, zeros], axis=1)


def _head(x: Any, widths: Sequence[int], shape: Sequence[int]) -> Any:
    """Return what one generator makes of shared features, flat."""
    activation = "tanh" if len(shape) == 3 else "linear"
    return keras.layers.Dense(math.prod(shape), activation)(_hidden(x, widths))


def _hidden(x: Any, widths: Sequence[int]) -> Any:
    for width in widths:
        x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(width)(x))
    return x
