"""Multilayer perceptrons, for data of any shape."""

import math
from typing import Annotated, Literal

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit import layers
from gankit_standard.labels import join_labels, known_classes

Count = Annotated[int, Field(ge=1)]
Widths = Annotated[tuple[Count, ...], Field(min_length=1)]
Activation = Literal["relu", "leaky-relu", "tanh"]


def mlp(
    facts: gankit.Facts,
    latent: Count = 64,
    generator_widths: Widths = (256, 256, 256),
    discriminator_widths: Widths = (256, 256, 256),
    activation: Activation = "leaky-relu",
    generator_norm: bool = True,
    maxout: Count = 1,
    conditional: bool = False,
) -> dict[str, keras.Model]:
    """Networks of dense layers, for pictures or points (Goodfellow et al. 2014, arXiv:1406.2661).

    Args:
        facts: Pictures (height, width, channels), or points of any number of coordinates.
        latent: The size of the noise.
        generator_widths: The units of each hidden layer of the generator, from the noise on.
        discriminator_widths: The units of each hidden layer of the discriminator.
        activation: Of hidden layers; `leaky-relu` has a slope of 0.2 below 0.
        generator_norm: Whether the generator has batch normalisation.
        maxout: Above 1, a unit of the discriminator is the largest of so many linear pieces
            (Goodfellow et al. 2013, arXiv:1302.4389) instead of one with the activation.
        conditional: Whether both networks are told the label, one-hot beside their input.

    Returns:
        generator: From noise (batch, latent) to pictures in [−1, 1], or to points.
        discriminator: From pictures or points to logits (batch, 1).

    Raises:
        GankitError: It is conditional, and the data has no labels.
    """
    classes = known_classes(facts, conditional)
    return {
        "generator": _generator(
            latent, classes, generator_widths, facts.shape, activation, generator_norm
        ),
        "discriminator": _discriminator(
            facts.shape, classes, discriminator_widths, activation, maxout
        ),
    }


def _generator(latent, classes, widths, shape, activation, norm) -> keras.Model:
    inputs, x = join_labels(keras.Input((latent,), name="noise"), classes)
    for width in widths:
        x = keras.layers.Dense(width, use_bias=not norm)(x)
        x = layers.BatchNormalization(momentum=0.9)(x) if norm else x
        x = _activate(x, activation)
    x = keras.layers.Dense(math.prod(shape))(x)
    x = keras.layers.Reshape(shape)(x)
    output = "tanh" if len(shape) == 3 else "linear"
    images = keras.layers.Activation(output, dtype="float32")(x)
    return keras.Model(inputs, images, name="generator")


def _discriminator(shape, classes, widths, activation, maxout) -> keras.Model:
    images = keras.Input(shape, name="images")
    inputs, x = join_labels(images, classes)
    x = keras.layers.Flatten()(x)
    for width in widths:
        x = keras.layers.Dense(width * maxout)(x)
        x = _largest(x, maxout) if maxout > 1 else _activate(x, activation)
    logits = keras.layers.Dense(1, dtype="float32")(x)
    return keras.Model(inputs, logits, name="discriminator")


def _activate(x, activation):
    made = keras.layers.LeakyReLU(0.2) if activation == "leaky-relu" else None
    return (made or keras.layers.Activation(activation))(x)


def _largest(x, pieces):
    """Return the largest of each so many neighbours, (batch, units)."""
    return ops.max(keras.layers.Reshape((-1, pieces))(x), axis=-1)
