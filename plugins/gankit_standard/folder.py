"""Folders of images."""

import sys
from collections.abc import Collection, Sequence
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
    """A folder of images, flat or with one sub-folder per class.

    The images are decoded once and cached. Hidden files, and files without the suffix of an image,
    are ignored.

    Args:
        path: The folder, absolute or relative to the working directory.
        size: The edge of the square images, in pixels.
        channels: Whether images are read as `grey` or as `rgb`.
        fit: `crop` keeps the central square of an image, `pad` the whole image on the ground.
        ground: The colour behind transparent and padded images, such as `white` or `#202020`.
        flip: Whether images are mirrored left to right at random.

    Returns:
        images: (examples, size, size, 1 or 3) of uint8, sorted by path.
        labels: (examples,), if the folder has sub-folders.

    Raises:
        GankitError: There is no such folder; it has no images, or images both in it and in
            sub-folders; or more than a tenth of them are broken.
    """
    files = gankit.image_files(path)  # an error if there is no such folder
    root = Path(path).expanduser()
    _check_places(root, files)
    images, places = gankit.decode_images(files, size, 1 if channels == "grey" else 3, fit, ground)
    if files[0].parent == root:
        return gankit.Dataset({"images": images}, flip=flip)
    names = [files[place].relative_to(root).parts[0] for place in places]
    classes, labels = np.unique(names, return_inverse=True)
    _warn_of_empty(root, classes)
    arrays = {"images": images, "labels": labels.astype("int32")}
    return gankit.Dataset(arrays, classes.tolist(), flip)


def _check_places(root: Path, files: Sequence[Path]) -> None:
    """Raise an error unless the images of a folder are all in it or all in sub-folders."""
    loose = sum(file.parent == root for file in files)
    if 0 < loose < len(files):
        raise gankit.GankitError(
            f"the folder {str(root)!r} has {loose:,} images directly in it and "
            f"{len(files) - loose:,} in sub-folders: are the sub-folders classes?",
            "move one of the groups elsewhere, or give one of the sub-folders as `path`",
        )


def _warn_of_empty(root: Path, classes: Collection[str]) -> None:
    """Warn of sub-folders that are no classes, because no image in them can be read."""
    folders = sorted(place.name for place in root.iterdir() if place.is_dir())
    empty = [name for name in folders if name not in classes and not name.startswith((".", "__"))]
    if empty:
        names = ", ".join(empty[:8]) + ", …" * (len(empty) > 8)
        print(f"warning: left out classes without images: {names}", file=sys.stderr)
