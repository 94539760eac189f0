"""Multilayer perceptrons, for data of any shape."""

import math
from typing import Any, Literal

import keras
from keras import ops

import gankit
from gankit_standard.doubling_sizes import Widths
from gankit_standard.labels import Conditional, LabelledInput, inputs

Activation = Literal["relu", "leaky-relu", "tanh"]


def mlp(
    spec: gankit.DataSpec,
    latent: gankit.Count = 64,
    generator_widths: Widths = (256, 256, 256),
    discriminator_widths: Widths = (256, 256, 256),
    activation: Activation = "leaky-relu",
    generator_norm: bool = True,
    maxout: gankit.Count = 1,
    conditional: Conditional = False,
) -> dict[str, keras.Model]:
    """Networks of dense layers, for images or points (Goodfellow et al. 2014, arXiv:1406.2661).

    Args:
        spec: Images (height, width, channels), or points of any number of coordinates.
        latent: The size of the noise.
        generator_widths: The units of each hidden layer of the generator.
        discriminator_widths: The units of each hidden layer of the discriminator.
        activation: The activation of hidden layers; `leaky-relu` has a slope of 0.2 below 0.
        generator_norm: Whether the generator has batch normalisation.
        maxout: The number of linear pieces of each discriminator unit, whose output is the largest
            of them (Goodfellow et al. 2013, arXiv:1302.4389); 1 uses the activation instead.
        conditional: Whether the networks get the labels: one-hot, joined to their input
            (arXiv:1411.1784), or by `projection` (arXiv:1802.05637), with a gain and a bias for
            each class in the generator's batch normalisation (arXiv:1610.07629)
            or, without it, an embedding of the label beside the noise.
            With `attributes` they get the data's attributes instead, joined to their input; the
            discriminator also projects its features on them.

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1], or to points.
        discriminator: From images or points to logits (batch, 1).

    Raises:
        GankitError: It is conditional, but the data has no labels or attributes.
    """
    noise, images = inputs(spec, latent, conditional)
    return {
        "generator": _generator(noise, generator_widths, spec.shape, activation, generator_norm),
        "discriminator": _discriminator(images, discriminator_widths, activation, maxout),
    }


def _generator(
    noise: LabelledInput,
    widths: tuple[int, ...],
    shape: tuple[int, ...],
    activation: Activation,
    norm: bool,
) -> keras.Model:
    x = noise.join() if norm else noise.join_embedded()
    for width in widths:
        x = keras.layers.Dense(width, use_bias=not norm)(x)
        x = noise.normalise(x, 0.9) if norm else x
        x = _activate(x, activation)
    x = keras.layers.Dense(math.prod(shape))(x)
    x = keras.layers.Reshape(shape)(x)
    return noise.generator(x, "tanh" if len(shape) == 3 else "linear")


def _discriminator(
    images: LabelledInput, widths: tuple[int, ...], activation: Activation, maxout: int
) -> keras.Model:
    x = keras.layers.Flatten()(images.join())
    for width in widths:
        x = keras.layers.Dense(width * maxout)(x)
        x = _maxout(x, maxout) if maxout > 1 else _activate(x, activation)
    return images.discriminator(keras.layers.Dense(1, dtype="float32")(x), x)


def _activate(x: Any, activation: Activation) -> Any:
    if activation == "leaky-relu":
        return keras.layers.LeakyReLU(0.2)(x)
    return keras.layers.Activation(activation)(x)


def _maxout(x: Any, pieces: int) -> Any:
    """Return the largest of each group of so many neighbouring units, (batch, units)."""
    return ops.max(keras.layers.Reshape((-1, pieces))(x), axis=-1)
