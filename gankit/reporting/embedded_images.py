"""Sheets of samples, embedded in a page."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from PIL import Image

from gankit.data.images import open_image
from gankit.errors import GankitError
from gankit.reporting.markup import Html, tag

Item = TypeVar("Item")
MOST = 40  # sheets on a page
COLOURS = 128  # of a sheet in colour


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
    """Return an image as a data URI, a PNG; colours are reduced to a palette."""
    if image.mode not in ("1", "L", "P"):
        image = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    png = io.BytesIO()
    image.save(png, "png", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"


def sheet(path: Path, alt: str) -> Html:
    """Return the image in a file as an element.

    Raises:
        GankitError: It cannot be read.
    """
    try:
        with open_image(path) as image:
            width, height = image.size
            source, plot = data_uri(image), is_plot(image)
    except (OSError, Image.DecompressionBombError) as error:
        raise GankitError(f"the sheet {path} cannot be read: {error}", f"rm {path}") from error
    kind = "plot" if plot else None
    return tag("img", src=source, alt=alt, width=width, height=height, class_=kind)
