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
    classes: bool = True,
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
        classes: Whether sub-folders are classes. If not, their images belong together with those
            directly in the folder.

    Returns:
        images: (examples, size, size, 1 or 3) of uint8, sorted by path.
        labels: (examples,), if there are sub-folders and `classes` is true.

    Raises:
        GankitError: There is no such folder; it has no images, or images both in it and in
            classes; or more than a tenth of them are broken.
    """
    files = _files(path)
    root = Path(path).expanduser()
    classes = classes and any(file.parent != root for file in files)
    if classes:
        _check_places(root, files)
    images, places = gankit.decode_images(files, size, 1 if channels == "grey" else 3, fit, ground)
    if not classes:
        return gankit.Dataset({"images": images}, flip=flip)
    names = [files[place].relative_to(root).parts[0] for place in places]
    found, labels = np.unique(names, return_inverse=True)
    _warn_of_empty(root, found)
    arrays = {"images": images, "labels": labels.astype("int32")}
    return gankit.Dataset(arrays, found.tolist(), flip)


def _files(path: str) -> list[Path]:
    try:
        return gankit.image_files(path)
    except gankit.GankitError as error:
        hint = "give your folder of images: --data FOLDER, or path in [dataset] of the recipe"
        raise gankit.GankitError(error.message, hint) from None


def _check_places(root: Path, files: Sequence[Path]) -> None:
    """Raise an error if a folder of classes also has images directly in it."""
    loose = sum(file.parent == root for file in files)
    if loose:
        raise gankit.GankitError(
            f"the folder {str(root)!r} has {loose:,} images directly in it and "
            f"{len(files) - loose:,} in sub-folders: are the sub-folders classes?",
            "train on all of them without classes: --set dataset.classes=false; or move the "
            "images that belong to no class",
        )


def _warn_of_empty(root: Path, classes: Collection[str]) -> None:
    """Warn of sub-folders that are no classes, because no image in them can be read."""
    folders = sorted(place.name for place in root.iterdir() if place.is_dir())
    empty = [name for name in folders if name not in classes and not name.startswith((".", "__"))]
    if empty:
        names = ", ".join(empty[:8]) + ", …" * (len(empty) > 8)
        print(f"warning: left out classes without images: {names}", file=sys.stderr)
