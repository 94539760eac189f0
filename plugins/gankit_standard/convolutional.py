"""Convolutional networks that are specified layer by layer."""

import math
from collections.abc import Sequence

import keras

import gankit
from gankit import layers
from gankit_standard.doubling_sizes import Widths
from gankit_standard.labels import Conditional, LabelledInput, inputs
from gankit_standard.option_types import BelowOne


def convolutional(
    spec: gankit.DataSpec,
    latent: gankit.Count = 100,
    generator_widths: Widths = (256, 128, 64),
    generator_strides: Widths = (1, 2, 2),
    discriminator_widths: Widths = (64, 128),
    discriminator_strides: Widths = (2, 2),
    kernel: gankit.Count = 5,
    slope: BelowOne = 0.3,
    dropout: BelowOne = 0.3,
    conditional: Conditional = False,
) -> dict[str, keras.Model]:
    """Convolutions specified layer by layer; the defaults are the usual DCGAN for MNIST.

    The generator starts with a dense layer, which makes a small image of the data's size divided
    by all strides, and has batch normalisation. The discriminator has dropout, and ends with a
    dense layer.

    Args:
        spec: Images of any size that the generator's strides divide.
        latent: The size of the noise.
        generator_widths: The channels of the small image, then those of each transposed
            convolution but the last.
        generator_strides: The factor by which each transposed convolution enlarges the image; the
            last has the channels of the data.
        discriminator_widths: The channels of each convolution.
        discriminator_strides: The factor by which each convolution reduces the image.
        kernel: The edge of all kernels, in pixels.
        slope: The slope of the leaky ReLU below 0.
        dropout: The fraction of the discriminator's activations that are dropped.
        conditional: Whether the networks get the labels: one-hot, joined to their input
            (arXiv:1411.1784), or by `projection` (arXiv:1802.05637), with a gain and a bias for
            each class in the generator's batch normalisation (arXiv:1610.07629).
            With `attributes` they get the data's attributes instead, joined to their input; the
            discriminator also projects its features on them.

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The widths, strides and images do not fit, or the data has no labels or
            attributes.
    """
    _check_lengths("generator", generator_widths, generator_strides)
    _check_lengths("discriminator", discriminator_widths, discriminator_strides)
    start = (*_start(spec.shape, generator_strides), generator_widths[0])
    widths = [*generator_widths[1:], spec.shape[-1]]
    enlarging = list(zip(widths, generator_strides))
    reducing = list(zip(discriminator_widths, discriminator_strides))
    noise, images = inputs(spec, latent, conditional)
    return {
        "generator": _generator(noise, start, enlarging, kernel, slope),
        "discriminator": _discriminator(images, reducing, kernel, slope, dropout),
    }


def _generator(
    noise: LabelledInput,
    start: tuple[int, int, int],
    convolutions: Sequence[tuple[int, int]],
    kernel: int,
    slope: float,
) -> keras.Model:
    x = keras.layers.Dense(math.prod(start), use_bias=False)(noise.join())
    x = keras.layers.LeakyReLU(slope)(noise.normalise(x))
    x = keras.layers.Reshape(start)(x)
    for place, (width, stride) in enumerate(convolutions):
        if place:
            x = keras.layers.LeakyReLU(slope)(noise.normalise(x))
        x = layers.Conv2DTranspose(width, kernel, stride, padding="same", use_bias=False)(x)
    return noise.generator(x)


def _discriminator(
    images: LabelledInput,
    convolutions: Sequence[tuple[int, int]],
    kernel: int,
    slope: float,
    dropout: float,
) -> keras.Model:
    x = images.join()
    for width, stride in convolutions:
        x = layers.Conv2D(width, kernel, stride, padding="same")(x)
        x = keras.layers.LeakyReLU(slope)(x)
        x = layers.Dropout(dropout)(x) if dropout else x
    x = keras.layers.Flatten()(x)
    return images.discriminator(keras.layers.Dense(1, dtype="float32")(x), x)


def _start(shape: Sequence[int], strides: Sequence[int]) -> tuple[int, int]:
    """Return the height and width of the image that the strides enlarge to a shape."""
    factor = math.prod(strides)
    if len(shape) != 3 or any(edge % factor for edge in shape[:2]):
        raise gankit.GankitError(
            f"generator_strides enlarge images by {factor}, which must divide their height and "
            f"width. Received: images of shape {tuple(shape)}",
            "change generator_strides, or the size of the images",
        )
    return shape[0] // factor, shape[1] // factor


def _check_lengths(name: str, widths: Sequence[int], strides: Sequence[int]) -> None:
    if len(widths) != len(strides):
        raise gankit.GankitError(
            f"{name}_widths and {name}_strides must have the same length. "
            f"Received: {len(widths)} and {len(strides)}"
        )
