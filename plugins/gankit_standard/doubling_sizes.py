"""The sizes of an image that doubles until it has the size of the data."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

import gankit

Size = tuple[int, int]  # height, width
SHORTER = [start * 2**level for level in range(2, 7) for start in range(4, 8)][:17]  # to 256
Widths = Annotated[tuple[gankit.Count, ...], Field(min_length=1)]


def doubled_sizes(shape: Sequence[int], architecture: str) -> list[Size]:
    """Return the sizes that are doubled until they are that of images (height, width, channels).

    The shorter edge starts at 4 to 7 pixels: [(7, 7), (14, 14), (28, 28)]. The name of the
    architecture is for errors.
    """
    if len(shape) != 3:
        hint = "in the dataset, give grey images their channel: images[..., None]"
        points = 'set name = "mlp" in the recipe\'s [architecture], which generates points too'
        raise gankit.GankitError(
            f"{architecture} generates images. Received: data of shape {tuple(shape)}",
            hint if len(shape) == 2 else points,
        )
    height, width, _ = shape
    levels = max(min(height, width).bit_length() - 3, 0)  # 4 to 7 pixels have three bits
    factor = 2**levels
    if not 2 <= levels <= 6 or min(height, width) > 256 or height % factor or width % factor:
        raise _misfit(height, width, architecture)
    return [(height // 2**level, width // 2**level) for level in range(levels, -1, -1)]


def _misfit(height: int, width: int, architecture: str) -> gankit.GankitError:
    """Return the error that names the nearest size that fits."""
    shorter, longer = sorted((height, width))
    short = min(SHORTER, key=lambda edge: abs(edge - shorter))
    factor = 2 ** (short.bit_length() - 3)
    long = round(longer * short / shorter / factor) * factor
    near = (short, long) if height < width else (long, short)
    size = f"size = {short} in [dataset]" if short == long else words(near)
    return gankit.GankitError(
        f"{architecture} needs images whose shorter edge has 16 to 256 pixels, and whose edges can "
        f"be halved until the shorter one has 4 to 7. Received: {height} × {width}",
        f"resize the images, for example to {size}; or choose an architecture for other sizes: "
        "mlp or convolutional",
    )


def words(size: Size) -> str:
    """Return a size as text: `28`, or `32 × 20`."""
    height, width = size
    return str(height) if height == width else f"{height} × {width}"


def widths_of(sizes: Sequence[Size], widths: Sequence[int], option: str) -> dict[Size, int]:
    """Return the channels at each size; widths start at full size, and the last is repeated.

    The name of the option is for errors.
    """
    if len(widths) > len(sizes):
        raise gankit.GankitError(
            f"{option} takes at most {len(sizes)} values, one for each size: "
            f"{', '.join(map(words, sizes[::-1]))}. Received: {len(widths)}",
            f"remove the last {len(widths) - len(sizes)} of {option}",
        )
    missing = [widths[-1]] * (len(sizes) - len(widths))
    return dict(zip(sizes[::-1], [*widths, *missing]))
