"""Two folders of images without pairs."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

import gankit


def unpaired(
    a: str,
    b: str,
    size: Annotated[int, Field(ge=4, le=1024)] = 64,
    channels: Literal["grey", "rgb"] = "rgb",
    fit: Literal["crop", "pad"] = "crop",
    ground: str = "white",
    flip: bool = False,
) -> gankit.Dataset:
    """Two folders of images, to translate between, without pairs.

    The images are decoded once and cached. The smaller folder is repeated. Images in sub-folders
    are included; hidden files, and files without the suffix of an image, are ignored.

    Args:
        a: A folder, absolute or relative to the working directory.
        b: Another folder.
        size: The edge of the square images, in pixels.
        channels: Whether images are read as `grey` or as `rgb`.
        fit: `crop` keeps the central square of an image, `pad` the whole image on the ground.
        ground: The colour behind transparent and padded images, such as `white` or `#202020`.
        flip: Whether images are mirrored left to right at random.

    Returns:
        a: (examples, size, size, 1 or 3) of uint8, sorted by path.
        b: Likewise; the images of a row are unrelated.

    Raises:
        GankitError: A folder is missing or has no images, or more than a tenth of them are broken.
    """
    depth: Literal[1, 3] = 1 if channels == "grey" else 3
    sets = {
        name: gankit.decode_images(gankit.image_files(path), size, depth, fit, ground)[0]
        for name, path in (("a", a), ("b", b))
    }
    count = max(map(len, sets.values()))
    return gankit.Dataset({name: _repeated(x, count) for name, x in sets.items()}, flip=flip)


def _repeated(images: np.ndarray, count: int) -> np.ndarray:
    """Return so many images, from the first one on again and again."""
    return images if len(images) == count else images[np.arange(count) % len(images)]
