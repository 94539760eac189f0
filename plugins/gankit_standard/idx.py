"""IDX files, the format of MNIST."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

import gankit

UNSIGNED_BYTES = 8


def read_idx(path: Path) -> np.ndarray:
    """Return the array of bytes in an IDX file, compressed by gzip or not.

    Such a file has two zero bytes, the type code, the number of axes, the length of each axis as a
    big-endian 32-bit integer, and then the values.
    """
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (OSError, EOFError, zlib.error) as error:
        raise gankit.GankitError(f"{path} cannot be read: {error}") from error
    axes = data[3] if len(data) > 3 else 0
    start = 4 + 4 * axes
    shape = np.frombuffer(data[4:start], ">u4").tolist() if len(data) >= start else []
    if data[:3] != bytes((0, 0, UNSIGNED_BYTES)) or len(data) - start != math.prod(shape):
        raise gankit.GankitError(
            f"{path} is not an IDX file of unsigned bytes, or is incomplete",
            "download it again, or give another `path`",
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)
