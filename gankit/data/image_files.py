"""The image files of a folder."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gankit.errors import GankitError
from gankit.terminal import show_warning

SUFFIXES = (
    *(".avif", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".pgm"),
    *(".png", ".ppm", ".tif", ".tiff", ".webp"),
)


def image_files(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the image files of a folder and its subfolders, sorted by path.

    Linked folders are followed. Hidden files are skipped; files with another suffix than an
    image's are counted in a warning on standard error.

    Args:
        folder: Relative to the working directory; `~` is the user's home.

    Raises:
        GankitError: The folder does not exist, or has no images.
    """
    root = _existing(folder)
    found = [file for file in _files(root) if file.is_file()]
    images = [file for file in found if file.suffix.lower() in SUFFIXES]
    suffixes = (file.suffix.lower() or file.name for file in found)
    others = Counter(suffix for suffix in suffixes if suffix not in SUFFIXES)
    if not images:
        raise GankitError(
            f"the folder {str(root)!r} has no images ({', '.join(SUFFIXES)})",
            "give the folder that has the images",
        )
    if others:
        kinds = ", ".join(f"{count:,} {suffix}" for suffix, count in others.most_common(3))
        show_warning(f"skipped files in {root} that are not images: {kinds}")
    return sorted(images, key=Path.as_posix)


def _existing(folder: str | os.PathLike[str]) -> Path:
    try:
        root = Path(folder).expanduser()
        if root.is_dir():
            return root
        problem = "is a file, not a folder" if root.exists() else "does not exist"
    except (OSError, RuntimeError) as error:  # a path too long, or `~nobody`
        raise GankitError(f"the folder {str(folder)[:60]!r} cannot be read: {error}") from error
    raise GankitError(
        f"the image folder {str(root)!r} {problem} (in {Path.cwd()})",
        "give the folder that has the images",
    )


def _files(root: Path) -> Iterator[Path]:
    """Yield all files that are not hidden; a link back to a folder is not followed."""
    seen = set()
    for folder, folders, names in os.walk(root, followlinks=True):
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in names if not name.startswith("."))
