"""Convolutional networks that are given layer by layer."""

import math
from collections.abc import Sequence
from typing import Annotated

import keras
from pydantic import Field

import gankit
from gankit import layers
from gankit_standard.labels import Conditional, Labels
from gankit_standard.sizes import Widths

Share = Annotated[float, Field(ge=0, lt=1)]


def convolutional(
    spec: gankit.DataSpec,
    latent: gankit.Count = 100,
    generator_widths: Widths = (256, 128, 64),
    generator_strides: Widths = (1, 2, 2),
    discriminator_widths: Widths = (64, 128),
    discriminator_strides: Widths = (2, 2),
    kernel: gankit.Count = 5,
    slope: Share = 0.3,
    dropout: Share = 0.3,
    conditional: Conditional = False,
) -> dict[str, keras.Model]:
    """Dense and convolutional layers, given one by one; the defaults are the usual DCGAN of MNIST.

    The generator begins with a dense layer that makes a small image, of the data's size divided
    by all its strides, and has batch normalisation. The discriminator has dropout instead, and ends
    with a dense layer.

    Args:
        spec: Images of any size that the strides of the generator divide.
        latent: The size of the noise.
        generator_widths: The channels of the small image, and then those that each transposed
            convolution but the last one makes.
        generator_strides: Of each transposed convolution, how often it enlarges the image; the
            last one makes the channels of the data.
        discriminator_widths: The channels that each convolution makes.
        discriminator_strides: Of each convolution, how often it reduces the image.
        kernel: The edge of all kernels, in pixels.
        slope: Of the leaky ReLU below 0.
        dropout: The share of the discriminator's activations that are dropped.
        conditional: Whether both networks are told the label: one-hot beside the noise and as
            channels of the image (Mirza & Osindero 2014, arXiv:1411.1784), or by `projection`
            (Miyato & Koyama 2018, arXiv:1802.05637), with a gain and a bias for each class in the
            generator's batch normalisation.

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: Widths and strides do not fit each other or the images, or it is conditional
            and the data has no labels.
    """
    _check_lengths("generator", generator_widths, generator_strides)
    _check_lengths("discriminator", discriminator_widths, discriminator_strides)
    start = (*_start(spec.shape, generator_strides), generator_widths[0])
    widths = [*generator_widths[1:], spec.shape[-1]]
    enlarging = list(zip(widths, generator_strides))
    reducing = list(zip(discriminator_widths, discriminator_strides))
    noise = Labels(keras.Input((latent,), name="noise"), spec, conditional)
    images = Labels(keras.Input(spec.shape, name="images"), spec, conditional)
    return {
        "generator": _generator(noise, start, enlarging, kernel, slope),
        "discriminator": _discriminator(images, reducing, kernel, slope, dropout),
    }


def _generator(noise, start, convolutions, kernel, slope) -> keras.Model:
    x = keras.layers.Dense(math.prod(start), use_bias=False)(noise.join())
    x = keras.layers.LeakyReLU(slope)(noise.normalise(x))
    x = keras.layers.Reshape(start)(x)
    for place, (width, stride) in enumerate(convolutions):
        if place:
            x = keras.layers.LeakyReLU(slope)(noise.normalise(x))
        x = layers.Conv2DTranspose(width, kernel, stride, padding="same", use_bias=False)(x)
    images = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(noise.inputs, images, name="generator")


def _discriminator(images, convolutions, kernel, slope, dropout) -> keras.Model:
    x = images.join()
    for width, stride in convolutions:
        x = layers.Conv2D(width, kernel, stride, padding="same")(x)
        x = keras.layers.LeakyReLU(slope)(x)
        x = layers.Dropout(dropout)(x) if dropout else x
    x = keras.layers.Flatten()(x)
    logits = keras.layers.Dense(1, dtype="float32")(x)
    return keras.Model(images.inputs, images.judge(logits, x), name="discriminator")


def _start(shape: Sequence[int], strides: Sequence[int]) -> tuple[int, int]:
    """Return the height and width of the image that the strides enlarge to this shape."""
    factor = math.prod(strides)
    if len(shape) != 3 or any(edge % factor for edge in shape[:2]):
        raise gankit.GankitError(
            f"generator_strides enlarge by {factor}, so that the images need edges of a multiple "
            f"of it. Received: images of the shape {tuple(shape)}",
            "change generator_strides, or the size of the images",
        )
    return shape[0] // factor, shape[1] // factor


def _check_lengths(name: str, widths: Sequence[int], strides: Sequence[int]) -> None:
    if len(widths) != len(strides):
        raise gankit.GankitError(
            f"{name}_widths and {name}_strides must be of one length. "
            f"Received: {len(widths)} and {len(strides)}"
        )
