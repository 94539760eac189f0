"""The networks of progressive growing."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit import layers
from gankit_progressive.fade_in import Mixture

Widths = Annotated[tuple[gankit.Count, ...], Field(min_length=1)]


def progressive(
    spec: gankit.DataSpec,
    latent: gankit.Count = 256,
    widths: Widths = (256, 256, 256, 128, 64),
    fade: bool = False,
) -> dict[str, keras.Model]:
    """Networks that grow from stage to stage (Karras et al. 2018, arXiv:1710.10196, table 2).

    The generator starts with an image of 4 to 7 pixels and doubles it up to the size of the data,
    with pixel normalisation. The discriminator mirrors it. A layer has the same name at every size,
    so a stage with larger images continues from the weights of the previous stage. In such a stage,
    `fade = true` mixes the new layers with the old path, and the stabilizer `fade-in` moves from
    the old path to the new layers. For the rest of the paper, use the stabilizers
    `equalised-learning-rate`, `minibatch-std`, `gradient-penalty` and `ema`.

    Args:
        spec: Square images of 8 pixels or more that can be halved to 4 to 7 pixels.
        latent: The size of the noise.
        widths: The channels of both networks at 4 to 7 pixels, at twice that, …; the last also
            applies to all larger sizes.
        fade: Whether the networks also have the path of the previous stage, at half the size.

    Returns:
        generator: From noise (batch, latent) to images with unbounded values.
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The images' size does not fit.
    """
    sizes = _sizes(spec.shape)
    channels = {size: widths[min(n, len(widths) - 1)] for n, size in enumerate(sizes)}
    return {
        "generator": _generator(channels, latent, spec.shape[-1], fade),
        "discriminator": _discriminator(channels, spec.shape, fade),
    }


def _generator(widths: Mapping[int, int], latent: int, channels: int, fade: bool) -> keras.Model:
    noise = keras.Input((latent,), name="noise")
    first, *sizes = widths
    start = (first, first, widths[first])
    x = _dense(first * first * widths[first], f"grow_{first}_dense")(pixel_norm(noise))
    x = _normalised(keras.layers.Reshape(start)(x))
    x = _normalised(_convolution(widths[first], 3, f"grow_{first}_conv")(x))
    for size in sizes:
        before, x = x, keras.layers.UpSampling2D()(x)
        for number in (1, 2):
            x = _normalised(_convolution(widths[size], 3, f"grow_{size}_conv_{number}")(x))
    images = _convolution(channels, 1, f"to_images_{size}")(x)
    if fade:
        old = _convolution(channels, 1, f"to_images_{size // 2}")(before)
        images = Mixture(name=f"fade_{size}")([keras.layers.UpSampling2D()(old), images])
    images = keras.layers.Activation("linear", dtype="float32")(images)
    return keras.Model(noise, images, name="generator")


def _discriminator(widths: Mapping[int, int], shape: Sequence[int], fade: bool) -> keras.Model:
    images = keras.Input(shape, name="images")
    first, *sizes = widths
    x = _seen(images, widths[sizes[-1]], sizes[-1])
    for size in reversed(sizes):
        for number, width in ((1, widths[size]), (2, widths[size // 2])):
            x = _leaky(_convolution(width, 3, f"shrink_{size}_conv_{number}")(x))
        x = keras.layers.AveragePooling2D(2)(x)
        if fade and size == sizes[-1]:
            old = _seen(keras.layers.AveragePooling2D(2)(images), widths[size // 2], size // 2)
            x = Mixture(name=f"fade_{size}")([old, x])
    x = _leaky(_convolution(widths[first], 3, f"shrink_{first}_conv")(x))
    x = _leaky(_dense(widths[first], f"shrink_{first}_dense")(keras.layers.Flatten()(x)))
    logits = keras.layers.Dense(1, dtype="float32", name="logits")(x)
    return keras.Model(images, logits, name="discriminator")


def pixel_norm(x: Any) -> Any:
    """Return x with each pixel's channels (batch, …, channels) divided by their RMS."""
    return x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-8)


def _normalised(x: Any) -> Any:
    return pixel_norm(_leaky(x))


def _seen(images: Any, width: int, size: int) -> Any:
    return _leaky(_convolution(width, 1, f"from_images_{size}")(images))


def _leaky(x: Any) -> Any:
    return keras.layers.LeakyReLU(0.2)(x)


def _convolution(filters: int, edge: int, name: str) -> keras.layers.Layer:
    return layers.Conv2D(filters, edge, padding="same", kernel_initializer="he_normal", name=name)


def _dense(units: int, name: str) -> keras.layers.Layer:
    return keras.layers.Dense(units, kernel_initializer="he_normal", name=name)


def _sizes(shape: Sequence[int]) -> list[int]:
    """Return the sizes from 4 to 7 pixels up to that of images (height, width, channels)."""
    sizes = [shape[0]]
    while len(shape) == 3 and sizes[0] >= 8 and sizes[0] % 2 == 0:
        sizes.insert(0, sizes[0] // 2)
    if len(sizes) < 2 or sizes[0] >= 8 or shape[0] != shape[1]:
        raise gankit.GankitError(
            "progressive needs square images: 4 to 7 pixels wide, doubled at least once. "
            f"Received: {' × '.join(map(str, shape))}",
            "set size = 8, 16, 32, … in the recipe's [dataset]",
        )
    return sizes
