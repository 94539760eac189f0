"""The image files of a folder."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gankit.errors import GankitError

SUFFIXES = (
    *(".avif", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".pgm"),
    *(".png", ".ppm", ".tif", ".tiff", ".webp"),
)


def image_files(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the image files of a folder and its subfolders, in the order of their paths.

    Linked folders are followed. Hidden files are skipped; other files that are not images by their
    suffix are counted in a warning on standard error.

    Args:
        folder: A relative path starts at the current directory; `~` is the user's home.

    Raises:
        GankitError: There is no such folder, or it holds no images.
    """
    root = _existing(folder)
    found = [file for file in _files(root) if file.is_file()]
    images = [file for file in found if file.suffix.lower() in SUFFIXES]
    others = Counter(file.suffix.lower() or file.name for file in found) - Counter(
        file.suffix.lower() for file in images
    )
    if not images:
        raise GankitError(
            f"the folder {str(root)!r} holds no images ({', '.join(SUFFIXES)})",
            "give the folder that holds the images",
        )
    if others:
        kinds = ", ".join(f"{count:,} {suffix}" for suffix, count in others.most_common(3))
        print(f"warning: skipped files in {root} that are not images: {kinds}", file=sys.stderr)
    return sorted(images, key=Path.as_posix)


def _existing(folder: str | os.PathLike[str]) -> Path:
    try:
        root = Path(folder).expanduser()
        if root.is_dir():
            return root
        what = "a file, not a folder" if root.exists() else "not there"
    except (OSError, RuntimeError) as error:  # a path too long, or `~nobody`
        raise GankitError(f"the folder {str(folder)[:60]!r} cannot be read: {error}") from error
    raise GankitError(
        f"the folder of images {str(root)!r} is {what} (seen from {Path.cwd()})",
        "give the folder that holds the images",
    )


def _files(root: Path) -> Iterator[Path]:
    """Yield all files that are not hidden; a linked folder that leads back is entered once."""
    seen = set()
    for folder, folders, names in os.walk(root, followlinks=True):
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in names if not name.startswith("."))
