"""The Kaggle dataset joosthazelzet/lego-brick-images: one flat folder of named views."""

from pathlib import Path
from typing import Literal

import numpy as np

import gankit


def kaggle(
    path: str, size: int, channels: Literal[1, 3], ground: str, flip: bool
) -> gankit.Dataset:
    """Read all files `<part> <name> <view>.png` of a folder; the name is the class."""
    files = _files(path)
    names = [_class(file) for file in files]
    images, places = gankit.decode_images(files, size, channels, ground=ground)
    classes, labels = np.unique(np.array(names)[places], return_inverse=True)
    arrays = {"images": images, "labels": labels.astype(np.int32)}
    return gankit.Dataset(arrays, classes.tolist(), flip)


def _files(path: str) -> list[Path]:
    try:
        files = sorted(Path(path).expanduser().glob("*.png"))
    except (OSError, RuntimeError, ValueError) as error:  # too long, or the home of nobody
        raise gankit.GankitError(f"{path[:200]!r} cannot be read: {error}") from error
    if not files:
        raise gankit.GankitError(
            f"no .png files in the folder {path!r} (seen from {Path.cwd()})",
            "give the folder with the files `<part> <name> <view>.png` as `path`",
        )
    return files


def _class(file: Path) -> str:
    """The file's name without its last word, the view: 000L to 399R."""
    name = file.stem.rpartition(" ")[0]
    if not name:
        raise gankit.GankitError(
            f"{str(file)!r} is not named `<part> <name> <view>.png`",
            "for a folder of other images, use the dataset `folder`",
        )
    return name
