"""Sheets of samples, embedded in a page."""

import base64
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from PIL import Image

from gankit.data.images import open_image
from gankit.errors import GankitError
from gankit.reporting.markup import Html, tag

Item = TypeVar("Item")
MOST = 40  # sheets on a page
COLOURS = 256  # of a sheet that is embedded as it is
QUALITY = 90  # of others: a lossless one would be two to four times as large


def chosen(sheets: Mapping[int, Path], most: int = MOST) -> dict[int, Path]:
    """Return the sheets that a page shows."""
    return {epoch: sheets[epoch] for epoch in evenly(list(sheets), most)}


def evenly(items: Sequence[Item], most: int) -> Sequence[Item]:
    """Return at most so many items: the first, the last, and others at even distances."""
    if len(items) <= most:
        return items
    return [items[round(n * (len(items) - 1) / (most - 1))] for n in range(most)]


def is_plot(sheet: Image.Image) -> bool:
    """Return whether a sheet shows points, which are drawn on white, instead of images."""
    return sheet.mode == "RGB" and sheet.getpixel((0, 0)) == (255, 255, 255)


def data_uri(image: Image.Image) -> str:
    """Return an image as a data URI: an exact PNG, or a WebP if it has many colours."""
    file, few = io.BytesIO(), image.mode in ("1", "L", "P") or image.getcolors(COLOURS)
    if few:
        image.save(file, "png", optimize=True)
    else:
        image.convert("RGB").save(file, "webp", quality=QUALITY, method=0)
    kind = "png" if few else "webp"
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"


def sheet(path: Path, alt: str) -> Html:
    """Return the image in a file as an element.

    Raises:
        GankitError: It cannot be read.
    """
    try:
        written = path.stat()
        source, (width, height), plot = _read(path, written.st_mtime_ns, written.st_size)
    except (OSError, Image.DecompressionBombError) as error:
        raise GankitError(f"the sheet {path} cannot be read: {error}", f"rm {path}") from error
    kind = "plot" if plot else None
    return tag("img", src=source, alt=alt, width=width, height=height, class_=kind)


@lru_cache(maxsize=2 * MOST)
def _read(path: Path, time: int, size: int) -> tuple[str, tuple[int, int], bool]:
    """Return a file's image as a data URI, its size, and whether it is a plot.

    A page that follows a run shows the same sheets again and again: `time` and `size` tell whether
    a file has changed.
    """
    with open_image(path) as image:
        return data_uri(image), image.size, is_plot(image)
