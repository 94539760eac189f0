"""Multilayer perceptrons, for data of any shape."""

import math
from typing import Literal

import keras
from keras import ops

import gankit
from gankit_standard.labels import Conditional, Labels
from gankit_standard.sizes import Widths

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
        generator_widths: The units of each hidden layer of the generator, from the noise on.
        discriminator_widths: The units of each hidden layer of the discriminator.
        activation: Of hidden layers; `leaky-relu` has a slope of 0.2 below 0.
        generator_norm: Whether the generator has batch normalisation.
        maxout: Above 1, a unit of the discriminator is the largest of so many linear pieces
            (Goodfellow et al. 2013, arXiv:1302.4389) instead of one with the activation.
        conditional: Whether both networks are told the label: one-hot beside their input (Mirza &
            Osindero 2014, arXiv:1411.1784), or by `projection` (Miyato & Koyama 2018,
            arXiv:1802.05637), with a gain and a bias for each class in the generator's batch
            normalisation; without this, an embedding of the label is beside the noise.

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1], or to points.
        discriminator: From images or points to logits (batch, 1).

    Raises:
        GankitError: It is conditional, and the data has no labels.
    """
    noise = Labels(keras.Input((latent,), name="noise"), spec, conditional)
    images = Labels(keras.Input(spec.shape, name="images"), spec, conditional)
    return {
        "generator": _generator(noise, generator_widths, spec.shape, activation, generator_norm),
        "discriminator": _discriminator(images, discriminator_widths, activation, maxout),
    }


def _generator(noise, widths, shape, activation, norm) -> keras.Model:
    x = noise.join() if norm else noise.join_embedded()
    for width in widths:
        x = keras.layers.Dense(width, use_bias=not norm)(x)
        x = noise.normalise(x, 0.9) if norm else x
        x = _activate(x, activation)
    x = keras.layers.Dense(math.prod(shape))(x)
    x = keras.layers.Reshape(shape)(x)
    output = "tanh" if len(shape) == 3 else "linear"
    drawn = keras.layers.Activation(output, dtype="float32")(x)
    return keras.Model(noise.inputs, drawn, name="generator")


def _discriminator(images, widths, activation, maxout) -> keras.Model:
    x = keras.layers.Flatten()(images.join())
    for width in widths:
        x = keras.layers.Dense(width * maxout)(x)
        x = _largest(x, maxout) if maxout > 1 else _activate(x, activation)
    logits = keras.layers.Dense(1, dtype="float32")(x)
    return keras.Model(images.inputs, images.judge(logits, x), name="discriminator")


def _activate(x, activation):
    made = keras.layers.LeakyReLU(0.2) if activation == "leaky-relu" else None
    return (made or keras.layers.Activation(activation))(x)


def _largest(x, pieces):
    """Return the largest of each so many neighbours, (batch, units)."""
    return ops.max(keras.layers.Reshape((-1, pieces))(x), axis=-1)
