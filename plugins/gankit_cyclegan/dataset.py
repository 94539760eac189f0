"""Two folders of pictures, nothing of which belongs together."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

import gankit

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")


def unpaired(
    a: str,
    b: str,
    size: Annotated[int, Field(ge=4, le=1024)] = 64,
    channels: Literal["grey", "rgb"] = "rgb",
    fit: Literal["crop", "pad"] = "crop",
    ground: str = "white",
    flip: bool = False,
) -> gankit.Dataset:
    """Two folders of pictures, from one of which to make pictures like the other's.

    The pictures are decoded once; later runs find them in the cache. Where one folder has fewer,
    its pictures are repeated. Hidden files, and files that are no images by their suffix, are
    passed over; those in sub-folders are taken.

    Args:
        a: A folder; a relative path starts where gankit is started.
        b: The other one.
        size: The edge of the square pictures, in pixels.
        channels: Whether to read the pictures as `grey` or as `rgb`.
        fit: `crop` keeps the middle square of a picture, `pad` the whole of it on the ground.
        ground: The colour behind transparent and padded pictures, e.g. `white` or `#202020`.
        flip: Whether a picture's mirror image is as good as the picture.

    Returns:
        a: (examples, size, size, 1 or 3) of uint8, in the order of their paths.
        b: Likewise; a picture of `a` has nothing to do with that of `b` beside it.

    Raises:
        GankitError: A folder is not there or holds no pictures, or more than a tenth are broken.
    """
    depth = 1 if channels == "grey" else 3
    sets = {
        name: gankit.decode_images(_files(name, path), size, depth, fit, ground)[0]
        for name, path in (("a", a), ("b", b))
    }
    count = max(map(len, sets.values()))
    return gankit.Dataset({name: _repeated(x, count) for name, x in sets.items()}, flip=flip)


def _repeated(images: np.ndarray, count: int) -> np.ndarray:
    """Return so many images, from the first one on again and again."""
    return images if len(images) == count else images[np.arange(count) % len(images)]


def _files(option: str, path: str) -> list[Path]:
    """Return the pictures in a folder and its sub-folders, sorted."""
    root = Path(path).expanduser()
    files = [file for file in root.rglob("*") if file.suffix.lower() in SUFFIXES]
    seen = [file for file in files if file.is_file() and not _hidden(file.relative_to(root))]
    if not seen:
        what = "holds no pictures" if root.is_dir() else "is no folder"
        raise gankit.GankitError(
            f"{option} = {path!r} {what} (seen from {Path.cwd()})",
            f"give the folder that holds the pictures of one set as `{option}`",
        )
    return sorted(seen, key=Path.as_posix)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
