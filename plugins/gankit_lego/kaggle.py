"""The layout of the Kaggle set joosthazelzet/lego-brick-images: one flat folder of named views."""

from pathlib import Path

import numpy as np

import gankit


def kaggle(root: Path, size: int, channels: int, ground: str, flip: bool) -> gankit.Dataset:
    """Read every `<part> <name> <view>.png` of a folder; its class is the name without the view.

    Args:
        root: The folder.
        size: The edge of the square images, in pixels.
        channels: 1 for grey, 3 for RGB.
        ground: The colour behind transparent images.
        flip: Whether an image's mirror image is as good as the image.

    Raises:
        GankitError: There is no such folder, a name has no view, or more than a tenth of the files
            are broken.
    """
    files = _files(root)
    names = [_class(file) for file in files]
    images, places = gankit.decode_images(files, size, channels, ground=ground)
    classes, labels = np.unique(np.array(names)[places], return_inverse=True)
    arrays = {"images": images, "labels": labels.astype(np.int32)}
    return gankit.Dataset(arrays, classes.tolist(), flip)


def _files(root: Path) -> list[Path]:
    files = sorted(root.glob("*.png"))
    if not files:
        raise gankit.GankitError(
            f"no .png files in the folder {str(root)!r} (seen from {Path.cwd()})",
            "give the folder that holds `<part> <name> <view>.png` themselves as `path`",
        )
    return files


def _class(file: Path) -> str:
    """The name without its last word, which is the view: 000L to 399R."""
    name = file.stem.rpartition(" ")[0]
    if not name:
        raise gankit.GankitError(
            f"{str(file)!r} is not named `<part> <name> <view>.png`",
            "for a folder of other images, use the dataset `folder`",
        )
    return name
