"""The sizes of an image that doubles until it has the size of the data."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

import gankit

Widths = Annotated[tuple[gankit.Count, ...], Field(min_length=1)]


def doubled_sizes(shape: Sequence[int], architecture: str) -> list[int]:
    """Return the sizes from 4 to 7 pixels up to that of images (height, width, channels).

    For example, [7, 14, 28]. The name of the architecture is for errors.
    """
    if len(shape) != 3:
        hint = "in the dataset, give grey images their channel: images[..., None]"
        points = 'set name = "mlp" in the recipe\'s [architecture], which generates points too'
        raise gankit.GankitError(
            f"{architecture} generates images. Received: data of shape {tuple(shape)}",
            hint if len(shape) == 2 else points,
        )
    starts = [(start, levels) for levels in range(2, 7) for start in range(4, 8)]
    ways = [[start * 2**level for level in range(levels + 1)] for start, levels in starts]
    reached = {way[-1]: way for way in ways if 28 <= way[-1] <= 256}
    height, width, _ = shape
    if height != width or height not in reached:
        nearest = min(reached, key=lambda size: abs(size - (height + width) / 2))
        raise gankit.GankitError(
            f"{architecture} generates square images of {', '.join(map(str, reached))} pixels. "
            f"Received: {height} × {width}",
            f"set size = {nearest} in the recipe's [dataset]",
        )
    return reached[height]


def widths_of(sizes: Sequence[int], widths: Sequence[int], option: str) -> dict[int, int]:
    """Return the channels at each size; widths start at full size, and the last is repeated.

    The name of the option is for errors.
    """
    if len(widths) > len(sizes):
        raise gankit.GankitError(
            f"{option} has at most {len(sizes)} values, one for each size: "
            f"{', '.join(map(str, sizes[::-1]))}. Received: {len(widths)}",
            f"remove the last {len(widths) - len(sizes)} of {option}",
        )
    missing = [widths[-1]] * (len(sizes) - len(widths))
    return dict(zip(sizes[::-1], [*widths, *missing]))
