"""Two folders of images, nothing of which belongs together."""

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
    """Two folders of images, from one of which to make images like the other's.

    The images are decoded once; later runs find them in the cache. Where one folder has fewer,
    its images are repeated. Hidden files, and files that are no images by their suffix, are
    passed over; those in sub-folders are taken.

    Args:
        a: A folder; a relative path starts where gankit is started.
        b: The other one.
        size: The edge of the square images, in pixels.
        channels: Whether to read the images as `grey` or as `rgb`.
        fit: `crop` keeps the middle square of an image, `pad` the whole of it on the ground.
        ground: The colour behind transparent and padded images, e.g. `white` or `#202020`.
        flip: Whether an image's mirror image is as good as the image.

    Returns:
        a: (examples, size, size, 1 or 3) of uint8, in the order of their paths.
        b: Likewise; an image of `a` has nothing to do with that of `b` beside it.

    Raises:
        GankitError: A folder is not there or holds no images, or more than a tenth are broken.
    """
    depth = 1 if channels == "grey" else 3
    sets = {
        name: gankit.decode_images(gankit.image_files(path), size, depth, fit, ground)[0]
        for name, path in (("a", a), ("b", b))
    }
    count = max(map(len, sets.values()))
    return gankit.Dataset({name: _repeated(x, count) for name, x in sets.items()}, flip=flip)


def _repeated(images: np.ndarray, count: int) -> np.ndarray:
    """Return so many images, from the first one on again and again."""
    return images if len(images) == count else images[np.arange(count) % len(images)]
