"""One reader for every image file, in training and in scoring."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageColor, ImageOps

Image.init()
_WANTED = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # none starts a program
FORMATS = tuple(name for name in _WANTED if name in Image.OPEN)  # AVIF came late to Pillow


@contextmanager
def open_image(file: Path) -> Iterator[Image.Image]:
    """Open an image file in one of the supported formats, whatever its suffix says.

    Raises:
        OSError: It cannot be read as an image.
    """
    with Image.open(file, formats=FORMATS) as image:
        yield image


def is_grey(image: Image.Image) -> bool:
    """Return whether the mode of an image has no colours."""
    return image.mode in ("1", "L", "LA", "La") or image.mode.startswith("I")


def plain(image: Image.Image, mode: str) -> Image.Image:
    """Return an image upright and 8-bit, `L` or `RGB`, with alpha if it has any.

    Args:
        image: Of any mode but floating point. Of an animation the first frame counts.
        mode: `L` or `RGB`.

    Raises:
        ValueError: Its pixels are floating-point numbers.
    """
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode == "F":
        raise ValueError("floating-point pixels")
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would clip, not scale
        values = np.clip(np.asarray(image, "int32"), 0, 65535)
        image = Image.fromarray(((values + 128) // 257).astype("uint8"))
    if image.mode == "LAB":
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(image, *profiles, outputMode="RGB") or image
    return image.convert(mode + "A" if image.has_transparency_data else mode)


def on_ground(image: Image.Image, size: tuple[int, int], ground: str) -> Image.Image:
    """Return an image, `L` or `RGB`, centred on a ground, visible where it is transparent.

    Args:
        image: With or without alpha.
        size: Width and height of the result, in pixels.
        ground: The colour.
    """
    mode = image.mode.removesuffix("A")
    whole = Image.new(mode, size, ImageColor.getcolor(ground, mode))
    corner = ((size[0] - image.width) // 2, (size[1] - image.height) // 2)
    whole.paste(image, corner, image.getchannel("A") if image.mode.endswith("A") else None)
    return whole


def read_image(file: Path, ground: str = "white", mode: str | None = None) -> np.ndarray:
    """Return an image file at its own size, (height, width, 1 or 3) of uint8.

    Args:
        file: The image; grey ones have one channel.
        ground: The colour behind transparent pixels.
        mode: `L` or `RGB`; by default that of the image.

    Raises:
        OSError: It cannot be read.
        ValueError: Its pixels are floating-point numbers.
    """
    with open_image(file) as opened:
        image = plain(opened, mode or ("L" if is_grey(opened) else "RGB"))
    pixels = np.asarray(on_ground(image, image.size, ground))
    return pixels[..., None] if pixels.ndim == 2 else pixels
