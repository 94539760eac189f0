"""The networks of GAT: plain vision transformers."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

import gankit
from gankit import layers
from gankit_gat.blocks import Tokens, block, modulated_block, rms_norm, scaled, small

HEAD = 32  # channels of an attention head, if there are as many


def gat(
    spec: gankit.DataSpec,
    latent: gankit.Count = 64,
    width: gankit.Count = 192,
    blocks: gankit.Count = 1,
    levels: gankit.Count = 4,
    patch: gankit.Count = 4,
) -> dict[str, keras.Model]:
    """Plain vision transformers (GAT, Hyun et al. 2025, arXiv:2509.24935), for the loss `gat`.

    An image is a grid of patches, with one token per patch. A small network turns the noise into a
    style. In each block of the generator, gains and gates are linear in the style. At several
    levels, equally spaced in depth, an image is read from the tokens and added to the previous one.
    The discriminator gets the images of all levels, stacked along the channels, and answers from a
    class token.

    As in the paper, there are transformer blocks with RMS normalisation, styles, small gates and
    intermediate images. The stabilizer `width-aware-learning-rate` adds learning rates that fall
    with the width. Unlike the paper, images are pixels, not codes of a VAE; positions are learned,
    not rotary; and GELU replaces SwiGLU. There are no classes, and there is no alignment with
    DINOv2. The exact penalties of `r1` and `r2` replace the approximated gradient penalty.

    Args:
        spec: Images whose edges `patch` divides.
        latent: The size of the noise.
        width: The channels of a token.
        blocks: The blocks of the generator at each level; the discriminator has the same number of
            blocks in total.
        levels: The number of images of each sample that the discriminator sees.
        patch: The edge of a patch, in pixels.

    Returns:
        generator: From noise (batch, latent) to images of the last level, with unbounded values.
        levels: From noise to the images of all levels, (batch, height, width, levels · channels);
            it shares the layers of the generator.
        discriminator: From images of all levels to logits (batch, 1).

    Raises:
        GankitError: The images' size does not fit.
    """
    _check(spec.shape, patch)
    noise = keras.Input((latent,), name="noise")
    images = _images(noise, spec.shape, width, blocks, levels, patch)
    every = keras.layers.Concatenate(dtype="float32")(images) if levels > 1 else images[-1]
    last = keras.layers.Activation("linear", dtype="float32")(images[-1])
    return {
        "generator": keras.Model(noise, last, name="generator"),
        "levels": keras.Model(noise, every, name="levels"),
        "discriminator": _discriminator(spec.shape, width, blocks, levels, patch),
    }


def _images(
    noise: Any, shape: Sequence[int], width: int, blocks: int, levels: int, patch: int
) -> list[Any]:
    """Return the images of each level, the last one finished."""
    rows, columns, channels = shape[0] // patch, shape[1] // patch, shape[2]
    style = rms_norm(noise)
    for _ in range(2):
        style = keras.layers.Dense(width, "silu")(style)
    x = Tokens(rows * columns)(style)
    images: list[Any] = []
    for _ in range(levels):
        for _ in range(blocks):
            x = modulated_block(x, style, _heads(width))
        y = scaled(rms_norm(x), small(width)(style))
        y = small(channels * patch**2, dtype="float32")(y)
        y = ops.depth_to_space(ops.reshape(y, (-1, rows, columns, channels * patch**2)), patch)
        images.append(keras.layers.Add(dtype="float32")([images[-1], y]) if images else y)
    return images


def _discriminator(
    shape: Sequence[int], width: int, blocks: int, levels: int, patch: int
) -> keras.Model:
    images = keras.Input((*shape[:2], levels * shape[2]), name="images")
    count = shape[0] // patch * (shape[1] // patch)
    x = layers.Conv2D(width, patch, strides=patch)(images)
    x = ops.reshape(x, (-1, count, width))
    x = keras.layers.Add()([x, Tokens(count)(x)])
    x = keras.layers.Concatenate(axis=1)([Tokens(1)(x), x])
    for _ in range(blocks * levels):
        x = block(x, _heads(width))
    answer = keras.layers.RMSNormalization()(x[:, 0])
    logits = keras.layers.Dense(1, dtype="float32")(answer)
    return keras.Model(images, logits, name="discriminator")


def _heads(width: int) -> int:
    return max(1, width // HEAD)


def _check(shape: Sequence[int], patch: int) -> None:
    if len(shape) != 3 or any(edge % patch for edge in shape[:2]):
        raise gankit.GankitError(
            f"gat needs a height and width that are multiples of patch = {patch}. "
            f"Received: {' × '.join(map(str, shape))}",
            "set another patch in [architecture], or another size in [dataset]",
        )
