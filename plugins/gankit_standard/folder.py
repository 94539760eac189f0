"""Folders of images."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

import gankit


def folder(
    path: str,
    size: Annotated[int, Field(ge=4, le=1024)] = 64,
    channels: Literal["grey", "rgb"] = "rgb",
    fit: Literal["crop", "pad"] = "crop",
    ground: str = "white",
    flip: bool = False,
) -> gankit.Dataset:
    """A folder of images, flat or with one sub-folder a class.

    The images are decoded once; later runs find them in the cache. Hidden files, and files that are
    no images by their suffix, are passed over.

    Args:
        path: The folder; a relative path starts where gankit is started.
        size: The edge of the square images, in pixels.
        channels: Whether to read the images as `grey` or as `rgb`.
        fit: `crop` keeps the middle square of an image, `pad` the whole of it on the ground.
        ground: The colour behind transparent and padded images, e.g. `white` or `#202020`.
        flip: Whether an image's mirror image is as good as the image.

    Returns:
        images: (examples, size, size, 1 or 3) of uint8, in the order of their paths.
        labels: (examples,), where the folder has sub-folders.

    Raises:
        GankitError: There is no such folder, it holds no image or images beside sub-folders of
            images, or more than a tenth of them are broken.
    """
    root = Path(path).expanduser()
    files = _image_files(root)
    images, places = gankit.decode_images(files, size, 1 if channels == "grey" else 3, fit, ground)
    if files[0].parent == root:
        return gankit.Dataset({"images": images}, flip=flip)
    names = [file.relative_to(root).parts[0] for file in files]
    classes, labels = np.unique(names, return_inverse=True)
    arrays = {"images": images, "labels": labels[places].astype("int32")}
    return gankit.Dataset(arrays, classes.tolist(), flip)


def _image_files(root: Path) -> list[Path]:
    """Return the image files of a folder, sorted: all in it, or all in its sub-folders."""
    files = gankit.image_files(root)
    loose = sum(file.parent == root for file in files)
    if 0 < loose < len(files):
        raise gankit.GankitError(
            f"the folder {str(root)!r} holds {loose:,} images of its own beside "
            f"{len(files) - loose:,} in sub-folders: are the sub-folders classes?",
            "move the ones or the others elsewhere, or give one of the sub-folders as `path`",
        )
    return files
