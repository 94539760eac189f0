"""Images with captions."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gankit.data.scaling import as_uint8
from gankit.pictures import sheets
from gankit.pictures.drawing import channels_apart

LEAST = 72  # pixels that a caption needs
PAPER, INK = (214, 214, 214), (20, 20, 20)  # a grey on which white and black images stand out
SIZE, GAP = 12, 6  # pixels of the letters, and between images


def captioned(
    images: np.ndarray,
    captions: Sequence[str],
    columns: int,
    scale: int | None = None,
    legend: str = "",
) -> Image.Image:
    """Return images side by side, each with a caption below.

    Args:
        images: (count, height, width, channels) of uint8, or of floats in [−1, 1].
        captions: One line for each image; a row without captions takes no room for them.
        columns: The number of images in a row.
        scale: How often to repeat each pixel; by default small images grow until captions fit.
        legend: A line below all images that says what the captions mean.
    """
    images = channels_apart(as_uint8(images))
    height, width = images.shape[1:3]
    scale = scale or max(math.ceil(LEAST / width), round(sheets.EDGE / (columns * width)))
    rows = [range(i, min(i + columns, len(images))) for i in range(0, len(images), columns)]
    heights = [height * scale + GAP + (SIZE + 4) * any(captions[i] for i in row) for row in rows]
    across = width * scale + GAP
    below = sum(heights) + GAP
    size = columns * across + GAP, below + (SIZE + 2 * GAP) * bool(legend)
    page = Image.new("RGB", size, PAPER)
    for row, top in zip(rows, np.cumsum([GAP, *heights])):
        for column, place in enumerate(row):
            corner = (GAP + column * across, int(top))
            page.paste(sheets.grid(images[place][None], gap=0, scale=scale), corner)
            _write(page, captions[place], corner, width * scale, height * scale)
    if legend:
        _write(page, legend, (0, below), page.width - GAP, GAP - 2)
    return page


def _write(
    page: Image.Image, caption: str, corner: tuple[int, int], width: int, height: int
) -> None:
    """Write a caption centred below an image, in smaller letters if it is long."""
    draw, size = ImageDraw.Draw(page), SIZE
    while size > 7 and draw.textlength(caption, font=_font(size)) > width + GAP:
        size -= 1
    middle = (corner[0] + width / 2, corner[1] + height + 2)
    draw.text(middle, caption, INK, _font(size), anchor="mt")


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
