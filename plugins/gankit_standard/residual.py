"""Residual blocks, and the networks that are made of them (SNGAN, arXiv:1802.05957)."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
from keras import ops

import gankit
from gankit import layers
from gankit_standard.attention import check_attention, self_attention
from gankit_standard.doubling_sizes import Size, doubled_sizes, widths_of
from gankit_standard.labels import LabelledInput

HALVED_TO = 8  # pixels, or fewer

Activate = Callable[[Any], Any]


def block_widths(
    spec: gankit.DataSpec,
    architecture: str,
    generator_widths: Sequence[int],
    discriminator_widths: Sequence[int],
    attention: int,
) -> tuple[dict[Size, int], dict[Size, int]]:
    """Return the channels of the generator's and of the discriminator's blocks, by size.

    Raises:
        GankitError: The images' size, the widths or the size of the attention do not fit.
    """
    sizes = doubled_sizes(spec.shape, architecture)
    made = widths_of(sizes, generator_widths, "generator_widths")
    judged = widths_of(sizes, discriminator_widths, "discriminator_widths")
    check_attention(attention, sizes)
    return made, judged


def grow(
    z: Any, widths: Mapping[Size, int], activations: Iterable[Activate], attention: int
) -> Any:
    """Return a generator's features at full size, before the last activation.

    The smallest features are linear in z. Each block doubles them, and has an activation of its
    own. Where the features have a shorter edge of `attention` pixels, there is self-attention.
    """
    first, *sizes = sorted(widths)
    start = (*first, widths[first])
    x = keras.layers.Reshape(start)(keras.layers.Dense(math.prod(start))(z))
    for size, activate in zip(sizes, activations):
        x = _double(x, widths[size], activate)
        x = self_attention(x) if min(size) == attention else x
    return x


def discriminator(
    images: LabelledInput, widths: Mapping[Size, int], attention: int = 0
) -> keras.Model:
    """Return the discriminator of images, with given channels at each size.

    Blocks halve the images down to 8 pixels or fewer; two more follow. Where the features have
    a shorter edge of `attention` pixels, there is self-attention.
    """
    x = images.join()
    for size in sorted(widths, reverse=True):
        if min(size) > HALVED_TO:
            x = _halve(x, widths[size], first=size == max(widths))
            x = self_attention(x) if min(x.shape[1:3]) == attention else x
    for _ in range(2):
        x = _refine(x, widths[x.shape[1:3]])
    x = ops.sum(ops.cast(keras.layers.ReLU()(x), "float32"), axis=(1, 2))
    return images.discriminator(keras.layers.Dense(1, dtype="float32")(x), x)


def _double(x: Any, width: int, activate: Activate) -> Any:
    """Return the output of a residual block at twice the size of x."""
    y = _convolve(keras.layers.UpSampling2D()(activate(x)), width)
    y = _convolve(activate(y), width)
    shortcut = keras.layers.UpSampling2D()(layers.Conv2D(width, 1)(x))
    return keras.layers.Add()([shortcut, y])


def _halve(x: Any, width: int, first: bool) -> Any:
    """Return the output of a residual block at half the size; the first has no activation of x."""
    y = x if first else keras.layers.ReLU()(x)
    y = _convolve(keras.layers.ReLU()(_convolve(y, width)), width)
    shortcut = layers.Conv2D(width, 1)(keras.layers.AveragePooling2D(2)(x))
    return keras.layers.Add()([shortcut, keras.layers.AveragePooling2D(2)(y)])


def _refine(x: Any, width: int) -> Any:
    """Return the output of a residual block at the size of x."""
    y = _convolve(keras.layers.ReLU()(x), width)
    y = _convolve(keras.layers.ReLU()(y), width)
    shortcut = x if x.shape[-1] == width else layers.Conv2D(width, 1)(x)
    return keras.layers.Add()([shortcut, y])


def _convolve(x: Any, width: int) -> Any:
    initializer = keras.initializers.VarianceScaling(2.0, "fan_avg", "uniform")  # Glorot's · √2
    return layers.Conv2D(width, 3, padding="same", kernel_initializer=initializer)(x)
