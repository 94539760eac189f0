"""IDX files, the format of MNIST."""

import gzip
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np

import gankit

UNSIGNED_BYTES = 8
MOST_AXES = 4
LARGEST = 2**31  # bytes: a small file may unpack to more than the memory holds


def read_idx(path: Path) -> np.ndarray:
    """Return the array of bytes in an IDX file, compressed by gzip or not.

    Such a file has two zero bytes, the type code, the number of axes, the length of each axis as a
    big-endian 32-bit integer, and then the values.
    """
    try:
        shape, data = _read(path)
    except (OSError, EOFError, zlib.error) as error:
        raise gankit.GankitError(f"{path} cannot be read: {error}") from error
    if shape is None or len(data) != math.prod(shape):
        raise gankit.GankitError(
            f"{path} is not an IDX file of unsigned bytes, or is incomplete",
            "download it again, or give another `path`",
        )
    return np.frombuffer(data, np.uint8).reshape(shape)


def _read(path: Path) -> tuple[list[int] | None, bytes]:
    """Return the shape that a file declares, None if it has none, and at most a byte too many."""
    with path.open("rb") as raw:
        file: Any = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == b"\x1f\x8b" else raw
        start = file.read(4)
        axes = start[3] if start[:3] == bytes((0, 0, UNSIGNED_BYTES)) and len(start) == 4 else 0
        lengths = file.read(4 * axes)
        shape = np.frombuffer(lengths[: len(lengths) // 4 * 4], ">u4").tolist()
        size = math.prod(shape)
        fits = 0 < axes <= MOST_AXES and len(shape) == axes and size <= LARGEST
        return (shape, file.read(size + 1)) if fits else (None, b"")
