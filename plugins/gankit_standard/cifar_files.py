"""The files of CIFAR: binary or pickled, packed or unpacked."""

import io
import tarfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal

import numpy as np

import gankit
from gankit_standard.unpickling import Unpickler

EDGE, CHANNELS = 32, 3
PIXELS = EDGE * EDGE * CHANNELS
Label = Literal["labels", "fine_labels"]
LARGEST = 2**28  # bytes of a file; that of CIFAR-100 has 154 million
LABEL_BYTES = {"labels": 1, "fine_labels": 2}  # a fine label follows a coarse one

_reconstruct = np.empty(0).__reduce__()[0]
ARRAYS = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
}


def read_cifar(path: Path, names: Sequence[str], label: Label) -> tuple[np.ndarray, np.ndarray]:
    """Return images (examples, 32, 32, 3) and labels (examples,) of uint8.

    The Python version is pickled. A pickle can call any function; here it is refused unless it
    calls only those that make a numpy array. The path is that of the archive or the unpacked
    folder; the names of the files lack the `.bin` of the binary version.
    """
    files = _contents(path, {name + end for name in names for end in ("", ".bin")})
    read = [_batch(path, name, files, label) for name in names]
    planes, labels = (np.concatenate(parts) for parts in zip(*read))
    return planes.reshape(-1, CHANNELS, EDGE, EDGE).transpose(0, 2, 3, 1), labels


def _contents(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return the contents of those files that exist."""
    try:
        if path.is_dir():
            paths = [file for file in path.rglob("*") if file.name in names and file.is_file()]
            return {file.name: _limited(file.open("rb")) for file in paths}
        with tarfile.open(path) as archive:
            members = [m for m in archive if Path(m.name).name in names and m.isfile()]
            found = [(Path(m.name).name, archive.extractfile(m)) for m in members]
            return {name: _limited(file) for name, file in found if file}
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise gankit.GankitError(
            f"{str(path)!r} cannot be read (seen from {Path.cwd()}): {error}",
            "give the archive (.tar.gz) of CIFAR, or the folder unpacked from it, as `path`",
        ) from error


def _limited(file: IO[bytes]) -> bytes:
    """Return the content of a file, which may unpack to more than the memory holds."""
    with file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(f"a file in it has more than {LARGEST:,} bytes")
    return content


def _batch(
    path: Path, name: str, files: Mapping[str, bytes], label: Label
) -> tuple[np.ndarray, np.ndarray]:
    """Return the planes (examples, 3,072) and labels (examples,) of one file."""
    if f"{name}.bin" in files:
        planes, labels = _binary(files[f"{name}.bin"], LABEL_BYTES[label])
    elif name in files:
        planes, labels = _unpickled(files[name], label)
    else:
        raise gankit.GankitError(f"{str(path)!r} has neither {name}.bin nor {name}")
    if planes.dtype != np.uint8 or planes.shape != (len(labels), PIXELS):
        raise gankit.GankitError(f"{name} in {str(path)!r} is damaged, or not a CIFAR file")
    return planes, labels


def _binary(data: bytes, label_bytes: int) -> tuple[np.ndarray, np.ndarray]:
    """Read rows of one or two bytes of labels and 3,072 of pixels."""
    rows = np.frombuffer(data, np.uint8)
    if not rows.size or rows.size % (label_bytes + PIXELS):
        return rows, rows
    rows = rows.reshape(-1, label_bytes + PIXELS)
    return rows[:, label_bytes:], rows[:, label_bytes - 1]


def _unpickled(data: bytes, label: Label) -> tuple[np.ndarray, np.ndarray]:
    try:
        batch = Unpickler(io.BytesIO(data), ARRAYS, encoding="bytes").load()
        return np.asarray(batch[b"data"]), np.asarray(batch[label.encode()], dtype=np.uint8)
    except Exception as error:  # a damaged pickle raises anything
        raise gankit.GankitError(
            f"a file of CIFAR's Python version cannot be read: {error}",
            "use the binary version of CIFAR",
        ) from error
