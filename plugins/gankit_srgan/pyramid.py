"""A feature pyramid: features of an image at several sizes, merged into one map.

Reference:
    Lin et al. 2017, Feature Pyramid Networks for Object Detection, arXiv:1612.03144; Kupyn et al.
    2019, DeblurGAN-v2, arXiv:1908.03826, which restores images with it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from gankit import layers


def feature_pyramid(
    x: Any, levels: int, width: int, refine: Callable[[Any], Any], halve: Callable[[Any], Any]
) -> Any:
    """Return features of all levels, (batch, height, width, channels) as x.

    Each level refines the level above at half its size.

    Args:
        x: Features (batch, height, width, channels), with edges that 2^(levels − 1) divides.
        levels: The number of sizes.
        width: The channels of the result.
        refine: The layers of a level, which keep the size.
        halve: The layers between two levels.
    """
    maps = [refine(x)]
    for _ in range(levels - 1):
        maps.append(refine(halve(maps[-1])))
    return merge(maps, width)


def merge(maps: Sequence[Any], width: int) -> Any:
    """Return maps, each half as large as the one before, as one of the size of the first.

    From the smallest up, each sum is doubled and added to the next map. A convolution smooths each
    sum; all are enlarged to the size of the first and joined, and a last convolution follows.
    """
    last = len(maps) - 1
    total = _convolved(maps[last], width, 1, f"pyramid_lateral_{last}")
    large = [_smooth(total, width, last)]
    for level in range(last - 1, -1, -1):
        lateral = _convolved(maps[level], width, 1, f"pyramid_lateral_{level}")
        total = keras.layers.Add()([keras.layers.UpSampling2D()(total), lateral])
        large.insert(0, _smooth(total, width, level))
    joined = keras.layers.Concatenate()(large) if last else large[0]
    return _convolved(joined, width, 3, "pyramid_joined")


def _smooth(x: Any, width: int, level: int) -> Any:
    """Return the smoothed sum of a level at the size of the first."""
    x = _convolved(x, width, 3, f"pyramid_smooth_{level}")
    return keras.layers.UpSampling2D(2**level)(x) if level else x


def _convolved(x: Any, width: int, size: int, name: str) -> Any:
    return layers.Conv2D(width, size, padding="same", name=name)(x)
