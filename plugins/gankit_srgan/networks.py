"""The networks of SRGAN."""

from typing import Annotated, Any, Literal

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit import layers
from gankit_srgan.pyramid import feature_pyramid


def srgan(
    spec: gankit.DataSpec,
    factor: Literal[2, 4] = 4,
    width: gankit.Count = 64,
    blocks: Annotated[int, Field(ge=0)] = 16,
    pyramid: Annotated[int, Field(ge=0, le=5)] = 0,
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9,
) -> dict[str, keras.Model]:
    """Residual networks that enlarge images (SRGAN, arXiv:1609.04802, figure 4).

    The generator refines a small image in residual blocks, and doubles it by pixel shuffle: the
    channels of each pixel become a square of pixels (Shi et al. 2016, arXiv:1609.05158). The
    discriminator halves an image four times.

    Args:
        spec: Images of the large size, a multiple of `factor`, of 16 pixels or more.
        factor: By which images are enlarged.
        width: The channels of the generator; the discriminator's double from there, to 8 × width.
        blocks: The generator's residual blocks; with a feature pyramid, those of each level.
        pyramid: The levels of a feature pyramid (Lin et al. 2017, arXiv:1612.03144) in the
            generator, each at half the size of the level above; 0 for none. The generator then
            sees a larger part of the image, as in DeblurGAN-v2 (arXiv:1908.03826).
        momentum: The momentum of batch normalisation.

    Returns:
        generator: From images (batch, height / factor, width / factor, channels) to large ones.
        discriminator: From large images to logits (batch, 1).

    Raises:
        GankitError: The data has no images, or their size does not fit.
    """
    _check(spec.shape, factor)
    _check_levels(spec.shape, factor, pyramid)
    return {
        "generator": _generator(spec.shape, factor, width, blocks, pyramid, momentum),
        "discriminator": _discriminator(spec.shape, width, momentum),
    }


def _generator(
    shape: tuple[int, ...], factor: int, width: int, blocks: int, levels: int, momentum: float
) -> keras.Model:
    def refine(x: Any) -> Any:
        for _ in range(blocks):
            x = _refined(x, width, momentum)
        return x

    def halve(x: Any) -> Any:
        return _prelu(_normalised(x, width, momentum, strides=2))

    height, across, channels = shape
    low = keras.Input((height // factor, across // factor, channels), name="low")
    start = _prelu(_convolved(low, width, 9))
    x = feature_pyramid(start, levels, width, refine, halve) if levels else refine(start)
    x = keras.layers.Add()([start, _normalised(x, width, momentum)])
    for _ in range(factor // 2):  # 2 once, 4 twice
        x = _prelu(ops.depth_to_space(_convolved(x, 4 * width, 3), 2))
    high = keras.layers.Activation("tanh", dtype="float32")(_convolved(x, channels, 9))
    return keras.Model(low, high, name="generator")


def _discriminator(shape: tuple[int, ...], width: int, momentum: float) -> keras.Model:
    images = keras.Input(shape, name="images")
    x = keras.layers.LeakyReLU(0.2)(_convolved(images, width, 3))
    for number in range(1, 8):  # each width first at the same size, then halving
        filters, strides = width * 2 ** (number // 2), 1 + number % 2
        x = keras.layers.LeakyReLU(0.2)(_normalised(x, filters, momentum, strides))
    x = keras.layers.Dense(16 * width)(keras.layers.Flatten()(x))
    logits = keras.layers.Dense(1, dtype="float32")(keras.layers.LeakyReLU(0.2)(x))
    return keras.Model(images, logits, name="discriminator")


def _refined(x: Any, width: int, momentum: float) -> Any:
    """Return the output of a residual block."""
    y = _normalised(_prelu(_normalised(x, width, momentum)), width, momentum)
    return keras.layers.Add()([x, y])


def _prelu(x: Any) -> Any:
    return keras.layers.PReLU(shared_axes=[1, 2])(x)


def _normalised(x: Any, filters: int, momentum: float, strides: int = 1) -> Any:
    """Return x after a convolution and batch normalisation."""
    x = _convolved(x, filters, 3, strides=strides, use_bias=False)
    return layers.BatchNormalization(momentum=momentum)(x)


def _convolved(x: Any, filters: int, size: int, **options: Any) -> Any:
    return layers.Conv2D(filters, size, padding="same", **options)(x)


def _check(shape: tuple[int, ...], factor: int) -> None:
    if len(shape) != 3 or any(size < 16 or size % factor for size in shape[:2]):
        raise gankit.GankitError(
            f"srgan needs images of 16 pixels or more, a multiple of factor = {factor}. "
            f"Received: {' × '.join(map(str, shape))}",
            "set another size in the recipe's [dataset], or another factor in [architecture]",
        )


def _check_levels(shape: tuple[int, ...], factor: int, levels: int) -> None:
    divisor = factor * 2 ** max(levels - 1, 0)
    if any(size % divisor for size in shape[:2]):
        raise gankit.GankitError(
            f"srgan with factor = {factor} and pyramid = {levels} needs images whose height and "
            f"width {divisor} divides. Received: {' × '.join(map(str, shape))}",
            "set fewer levels of the pyramid, or another size in the recipe's [dataset]",
        )
