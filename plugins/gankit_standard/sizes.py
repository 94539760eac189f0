"""The sizes of an image that is doubled until it has the size of the data."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

import gankit

Widths = Annotated[tuple[gankit.Count, ...], Field(min_length=1)]


def doubled_sizes(shape: Sequence[int], architecture: str) -> list[int]:
    """Return the sizes from 4 to 7 pixels up to that of the data, as in [7, 14, 28].

    Args:
        shape: Of an image, (height, width, channels).
        architecture: Who asks, for the error.

    Raises:
        GankitError: The images are not square, or of a size that no doubling reaches.
    """
    if len(shape) != 3:
        hint = "in the dataset, give grey images their channel: images[..., None]"
        points = 'set name = "mlp" in the recipe\'s [architecture], which draws points too'
        raise gankit.GankitError(
            f"{architecture} draws images. Received: data of the shape {tuple(shape)}",
            hint if len(shape) == 2 else points,
        )
    starts = [(start, levels) for levels in range(2, 7) for start in range(4, 8)]
    ways = [[start * 2**level for level in range(levels + 1)] for start, levels in starts]
    reached = {way[-1]: way for way in ways if 28 <= way[-1] <= 256}
    height, width, _ = shape
    if height != width or height not in reached:
        nearest = min(reached, key=lambda size: abs(size - (height + width) / 2))
        raise gankit.GankitError(
            f"{architecture} draws square images of {', '.join(map(str, reached))} pixels. "
            f"Received: {height} × {width}",
            f"set size = {nearest} in the recipe's [dataset]",
        )
    return reached[height]


def widths_of(sizes: Sequence[int], widths: Sequence[int], option: str) -> dict[int, int]:
    """Return the channels at each size, where widths are given from the largest size down.

    Args:
        sizes: From the smallest up.
        widths: At full size, at half of it, …; the last one is for all smaller sizes too.
        option: What a recipe calls them, for the error.

    Raises:
        GankitError: There are more widths than sizes.
    """
    if len(widths) > len(sizes):
        raise gankit.GankitError(
            f"{option} are those of images of {', '.join(map(str, sizes[::-1]))} pixels: "
            f"at most {len(sizes)}. Received: {len(widths)}",
            f"leave out the last {len(widths) - len(sizes)} of {option}",
        )
    missing = [widths[-1]] * (len(sizes) - len(widths))
    return dict(zip(sizes[::-1], [*widths, *missing]))
