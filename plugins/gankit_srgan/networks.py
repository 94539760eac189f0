"""The networks of SRGAN."""

from typing import Annotated, Literal

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit import layers


def srgan(
    spec: gankit.DataSpec,
    factor: Literal[2, 4] = 4,
    width: gankit.Count = 64,
    blocks: Annotated[int, Field(ge=0)] = 16,
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9,
) -> dict[str, keras.Model]:
    """Residual networks that make images larger (SRGAN, arXiv:1609.04802, figure 4).

    The generator refines a small image in residual blocks, and doubles it by pixel shuffle: each
    pixel's channels become a square of pixels (Shi et al. 2016, arXiv:1609.05158). The
    discriminator halves an image four times.

    Args:
        spec: Images of the large size, a multiple of `factor`, of 16 pixels or more.
        factor: How many times as large images become.
        width: The channels of the generator; the discriminator's double from here, to 8 × width.
        blocks: The generator's residual blocks.
        momentum: What the moving statistics of batch normalisation keep at each step.

    Returns:
        generator: From images (batch, height / factor, width / factor, channels) to large ones.
        discriminator: From large images to logits (batch, 1).

    Raises:
        GankitError: The data has no images, or they are of a size that does not fit.
    """
    _check(spec.shape, factor)
    return {
        "generator": _generator(spec.shape, factor, width, blocks, momentum),
        "discriminator": _discriminator(spec.shape, width, momentum),
    }


def pixel_shuffle(x, factor: int):
    """Return x (batch, h, w, factor² · c) as (batch, factor · h, factor · w, c).

    Channel (i · factor + j) · c + k of a pixel is channel k at row i, column j of its square.

    Args:
        x: Of known height, width and channels.
        factor: The edge of the square that a pixel becomes.

    Reference:
        Shi et al. 2016, Real-Time Single Image and Video Super-Resolution Using an Efficient
        Sub-Pixel Convolutional Neural Network, arXiv:1609.05158, equation 4.
    """
    _, height, width, channels = x.shape
    squares = ops.reshape(x, (-1, height, width, factor, factor, channels // factor**2))
    rows = ops.transpose(squares, (0, 1, 3, 2, 4, 5))
    return ops.reshape(rows, (-1, height * factor, width * factor, channels // factor**2))


def _generator(shape, factor, width, blocks, momentum) -> keras.Model:
    height, across, channels = shape
    low = keras.Input((height // factor, across // factor, channels), name="low")
    begin = x = _prelu(_convolved(low, width, 9))
    for _ in range(blocks):
        x = _refined(x, width, momentum)
    x = keras.layers.Add()([begin, _normalised(x, width, momentum)])
    for _ in range(factor // 2):  # 2 once, 4 twice
        x = _prelu(pixel_shuffle(_convolved(x, 4 * width, 3), 2))
    high = _convolved(x, channels, 9)
    return keras.Model(
        low, keras.layers.Activation("tanh", dtype="float32")(high), name="generator"
    )


def _discriminator(shape, width, momentum) -> keras.Model:
    images = keras.Input(shape, name="images")
    x = keras.layers.LeakyReLU(0.2)(_convolved(images, width, 3))
    for number in range(1, 8):  # each width once as it is and once halving
        filters, strides = width * 2 ** (number // 2), 1 + number % 2
        x = _normalised(x, filters, momentum, strides)
        x = keras.layers.LeakyReLU(0.2)(x)
    x = keras.layers.Dense(16 * width)(keras.layers.Flatten()(x))
    logits = keras.layers.Dense(1, dtype="float32")(keras.layers.LeakyReLU(0.2)(x))
    return keras.Model(images, logits, name="discriminator")


def _refined(x, width, momentum):
    """Return x at its size: a residual block."""
    y = _normalised(_prelu(_normalised(x, width, momentum)), width, momentum)
    return keras.layers.Add()([x, y])


def _prelu(x):
    return keras.layers.PReLU(shared_axes=[1, 2])(x)


def _normalised(x, filters, momentum, strides=1):
    """Return x convolved and normalised, which makes a bias needless."""
    x = _convolved(x, filters, 3, strides=strides, use_bias=False)
    return layers.BatchNormalization(momentum=momentum)(x)


def _convolved(x, filters, size, **options):
    return layers.Conv2D(filters, size, padding="same", **options)(x)


def _check(shape, factor) -> None:
    if len(shape) != 3 or any(size < 16 or size % factor for size in shape[:2]):
        raise gankit.GankitError(
            f"srgan makes images of 16 pixels or more, a multiple of factor = {factor}. "
            f"Received: {' × '.join(map(str, shape))}",
            "set another size in the recipe's [dataset], or another factor in [architecture]",
        )
