"""The networks of CycleGAN: from images to images, and to logits of patches."""

from typing import Annotated, Any

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit import layers

Shape = tuple[int, ...]


def cyclegan(
    spec: gankit.DataSpec,
    width: gankit.Count = 64,
    blocks: Annotated[int, Field(ge=0)] = 6,
    levels: gankit.Count = 3,
) -> dict[str, keras.Model]:
    """Residual generators and patch discriminators (CycleGAN, arXiv:1703.10593, appendix 7.2).

    A generator halves an image twice, refines it in residual blocks, and doubles it twice, with
    instance normalisation and reflected borders. A discriminator has a logit for each overlapping
    patch of an image (Isola et al. 2017, arXiv:1611.07004).

    Args:
        spec: Images `a` and `b` of one size, a multiple of 4 of at least 16 pixels.
        width: The channels of the first layer of each network; they double as the size halves.
        blocks: The residual blocks of a generator; the paper has 6 at 128 pixels, 9 at 256.
        levels: The number of times that a discriminator halves an image: a patch has 16 pixels
            with 1 level, 34 with 2, 70 with 3.

    Returns:
        g_ab: From images of a to images like those of b, in [−1, 1].
        g_ba: The reverse.
        d_a: From images to logits (batch, height, width, 1), where real ones are of a.
        d_b: Likewise of b.

    Raises:
        GankitError: The data has no `a` and `b`, or their sizes differ or do not fit.
    """
    a, b = spec.shapes["a"], spec.shapes["b"]
    _check(a, b)
    return {
        "g_ab": _generator(a, b[-1], width, blocks, "g_ab"),
        "g_ba": _generator(b, a[-1], width, blocks, "g_ba"),
        "d_a": _discriminator(a, width, levels, "d_a"),
        "d_b": _discriminator(b, width, levels, "d_b"),
    }


def _generator(shape: Shape, channels: int, width: int, blocks: int, name: str) -> keras.Model:
    images = keras.Input(shape, name="images")
    x = _activated(_convolved(_reflected(images, 3), width, 7))
    for filters in (2 * width, 4 * width):
        x = _activated(_convolved(x, filters, 3, strides=2, padding="same"))
    for _ in range(blocks):
        x = _refined(x)
    for filters in (2 * width, width):
        doubled = _convolved(x, filters, 3, layers.Conv2DTranspose, strides=2, padding="same")
        x = _activated(doubled)
    x = _convolved(_reflected(x, 3), channels, 7, use_bias=True)
    return keras.Model(images, keras.layers.Activation("tanh", dtype="float32")(x), name=name)


def _discriminator(shape: Shape, width: int, levels: int, name: str) -> keras.Model:
    images = keras.Input(shape, name="images")
    x = _convolved(images, width, 4, strides=2, padding="same", use_bias=True)
    for level in range(1, levels + 1):
        filters, strides = width * 2 ** min(level, 3), 2 if level < levels else 1
        x = keras.layers.LeakyReLU(0.2)(x)
        x = _normalised(_convolved(x, filters, 4, strides=strides, padding="same"))
    x = _convolved(keras.layers.LeakyReLU(0.2)(x), 1, 4, padding="same", use_bias=True)
    return keras.Model(images, keras.layers.Activation("linear", dtype="float32")(x), name=name)


def _refined(x: Any) -> Any:
    """Return the output of a residual block."""
    y = _activated(_convolved(_reflected(x, 1), x.shape[-1], 3))
    y = _normalised(_convolved(_reflected(y, 1), x.shape[-1], 3))
    return keras.layers.Add()([x, y])


def _activated(x: Any) -> Any:
    return keras.layers.ReLU()(_normalised(x))


def _normalised(x: Any) -> Any:
    """Return x after instance normalisation."""
    return keras.layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)


def _reflected(x: Any, edge: int) -> Any:
    """Return x padded by reflection, which avoids artefacts at the border."""
    return ops.pad(x, ((0, 0), (edge, edge), (edge, edge), (0, 0)), mode="reflect")


def _convolved(
    x: Any,
    filters: int,
    size: int,
    layer: Any = layers.Conv2D,
    use_bias: bool = False,
    **options: Any,
) -> Any:
    normal = keras.initializers.RandomNormal(0, 0.02)
    return layer(filters, size, use_bias=use_bias, kernel_initializer=normal, **options)(x)


def _check(a: Shape, b: Shape) -> None:
    if len(a) != 3 or a[:2] != b[:2] or any(size < 16 or size % 4 for size in a[:2]):
        raise gankit.GankitError(
            "cyclegan needs images of one size, whose height and width are multiples of 4 and at "
            f"least 16. Received: a {a}, b {b}",
            "set another size in the recipe's [dataset]",
        )
