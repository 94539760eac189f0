"""Samples as one image: a grid of images or of curves, or a scatter plot."""

import io
import math
import os
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from gankit.data.scaling import as_uint8
from gankit.errors import GankitError
from gankit.files import write
from gankit.pictures.drawing import VISIBLE, as_images, channels_apart, in_a_plane

EDGE = 512  # pixels of a sheet, about
GROUND = 128  # a grey on which white and black images stand out
GREY, BLUE = (200, 200, 200, 255), (20, 90, 200, 150)


Show = Callable[[np.ndarray], np.ndarray]


def sheet(
    samples: np.ndarray, reference: np.ndarray | None = None, show: Show | None = None
) -> Image.Image:
    """Return samples as one image: images and curves as a grid, rows as points of a plane.

    Args:
        samples: Images (count, height, width, channels) of uint8 or of floats in [−1, 1],
            sequences (count, length, channels), or rows (count, columns).
        reference: Real examples. Rows are drawn over them, and curves have their range.
        show: Draws the values as images instead, the `show` of a dataset.
    """
    if show is not None:
        return grid(shown(samples, show))
    if samples.ndim == 2:
        return scatter(*in_a_plane(samples, reference))
    return grid(as_images(samples, reference))


def shown(values: np.ndarray, show: Show) -> np.ndarray:
    """Return values as the `show` of a dataset draws them, images of uint8.

    Raises:
        GankitError: It does not return an image for each value.
    """
    images = np.asarray(show(values))
    if images.ndim != 4 or len(images) != len(values) or images.shape[-1] not in VISIBLE:
        raise GankitError(
            f"a dataset's show must return {len(values)} images, one for each example, (count, "
            f"height, width, 1, 3 or 4). Received: the shape {images.shape}"
        )
    return as_uint8(images)


def strips(rows: Sequence[Sequence[np.ndarray]]) -> Image.Image:
    """Return the images of each example side by side; small ones are enlarged.

    Args:
        rows: Strips of equal length, each a list from left to right of images (examples, height,
            width, channels), of uint8 or of floats in [−1, 1], or of other values.
    """
    others = [x.ravel() for row in rows for x in row if x.ndim < 4]
    reference = np.concatenate(others) if others else None  # so that curves have one range
    rows = [[_opaque_pixels(as_images(image, reference)) for image in row] for row in rows]
    shape = np.max([image.shape[1:] for row in rows for image in row], axis=0)
    wide = [np.concatenate([_enlarged(image, shape) for image in row], 2) for row in rows]
    tiles = np.stack(wide, axis=1).reshape(-1, *wide[0].shape[1:])  # example by example
    _, height, width, _ = tiles.shape
    columns = len(rows) * max(1, round(math.sqrt(len(tiles) * height / width) / len(rows)))
    return grid(tiles, columns)


def grid(
    images: np.ndarray, columns: int | None = None, gap: int = 2, scale: int | None = None
) -> Image.Image:
    """Return images side by side on a grey sheet.

    Args:
        images: (count, height, width, channels) of uint8; other than 1, 3 or 4 channels are set
            side by side.
        columns: The number of images in a row; by default the sheet is about square.
        gap: Pixels between and around the images.
        scale: How often to repeat each pixel; by default small sheets grow to about 512 pixels.
    """
    images = channels_apart(images)
    count, height, width, channels = images.shape
    columns = columns or min(count, math.ceil(math.sqrt(count * height / width)))
    scale = scale or max(1, round(EDGE / (columns * width)))
    tiles = images.repeat(scale, axis=1).repeat(scale, axis=2)
    down, across = height * scale + gap, width * scale + gap
    rows = math.ceil(count / columns)
    pixels = np.full((rows * down + gap, columns * across + gap, channels), GROUND, "uint8")
    pixels[..., 3:] = 0
    for place, tile in enumerate(tiles):
        top, left = place // columns * down + gap, place % columns * across + gap
        pixels[top : top + height * scale, left : left + width * scale] = tile
    return _opaque(Image.fromarray(pixels.squeeze(-1) if channels == 1 else pixels))


def scatter(points: np.ndarray, reference: np.ndarray | None = None) -> Image.Image:
    """Return points of a plane as blue dots, over a grey reference.

    The view fits the reference, so that it is the same for all points; without one it fits the
    points, (count, 2). Points outside the view, or not finite, are not drawn.
    """
    points = _finite(points)
    reference = _finite(np.empty((0, 2)) if reference is None else reference)
    centre, half = _view(reference if len(reference) else points)
    image = Image.new("RGB", (2 * EDGE, 2 * EDGE), "white")
    draw = ImageDraw.Draw(image, "RGBA")
    for dots, radius, colour in ((reference, 6, GREY), (points, 3, BLUE)):
        places = ((dots - centre) * (1, -1) / half + 1) * EDGE
        for x, y in places[((places > 0) & (places < 2 * EDGE)).all(axis=1)]:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return image.reduce(2)  # drawn at twice the size for smooth dots


def write_png(image: Image.Image, path: str | os.PathLike[str]) -> None:
    """Write an image as a PNG file.

    Raises:
        GankitError: It cannot be written.
    """
    _write(png(image), Path(path))


def write_beside(image: Image.Image | Sequence[Image.Image], path: Path) -> Path:
    """Write an image as a PNG, or frames as an animated GIF; return the path with its suffix.

    Other files are never overwritten: the name gets `-2`, `-3`, … where it is taken. Writing the
    same image again changes nothing.

    Raises:
        GankitError: It cannot be written.
    """
    if isinstance(image, Image.Image):
        content, suffix = png(image), ".png"
    else:
        content, suffix = gif(image), ".gif"
    names = (f"{path.name}-{number}" if number > 1 else path.name for number in count(1))
    paths = (path.with_name(name + suffix) for name in names)
    free = next(path for path in paths if not path.exists() or path.read_bytes() == content)
    _write(content, free)
    return free


def png(image: Image.Image) -> bytes:
    """Return the content of a PNG file."""
    file = io.BytesIO()
    image.save(file, "png")
    return file.getvalue()


def gif(frames: Sequence[Image.Image], pause: int = 80) -> bytes:
    """Return the content of a GIF file, a loop with a pause in milliseconds between frames."""
    file = io.BytesIO()
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:], duration=pause, loop=0)
    return file.getvalue()


def _write(content: bytes, path: Path) -> None:
    try:
        write(path, content)
    except OSError as error:
        raise GankitError(f"the image {path} cannot be written: {error}") from error


def _enlarged(images: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Return images with pixels repeated to fill a shape (height, width, channels)."""
    rows, columns = (np.arange(new) * old // new for new, old in zip(shape[:2], images.shape[1:]))
    enlarged: np.ndarray = np.broadcast_to(images[:, rows][:, :, columns], (len(images), *shape))
    return enlarged


def _opaque(image: Image.Image) -> Image.Image:
    """Return an image without alpha, on the ground of the sheet."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGBA", image.size, (GROUND, GROUND, GROUND, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def _opaque_pixels(images: np.ndarray) -> np.ndarray:
    """Return images without alpha, on the ground of the sheet."""
    if images.shape[-1] != 4:
        return images
    alpha = images[..., 3:] / 255
    opaque: np.ndarray = np.rint(images[..., :3] * alpha + GROUND * (1 - alpha)).astype("uint8")
    return opaque


def _finite(points: np.ndarray) -> np.ndarray:
    points = np.asarray(points, dtype="float64")
    finite: np.ndarray = points[np.isfinite(points).all(axis=1)]
    return finite


def _view(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the centre of a square that holds the points with a margin, and half its edge."""
    if not len(points):
        return np.zeros(2), 1.0
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, 0.6 * float((high - low).max()) or 1.0
