"""The files of CIFAR: its binary and its Python version, packed or unpacked."""

import io
import pickle
import tarfile
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

import gankit

EDGE, CHANNELS = 32, 3
PIXELS = EDGE * EDGE * CHANNELS
Label = Literal["labels", "fine_labels"]
LABEL_BYTES = {"labels": 1, "fine_labels": 2}  # a fine label comes after a coarse one


def read_cifar(path: Path, names: Sequence[str], label: Label) -> tuple[np.ndarray, np.ndarray]:
    """Return images (examples, 32, 32, 3) and labels (examples,) of uint8.

    The Python version is pickled. A pickle may name any function to be called; here it is refused
    unless it names only the three that make a numpy array.

    Args:
        path: The archive or the unpacked folder.
        names: Of the files, without the `.bin` of the binary version.
        label: Which labels, by their name in the Python version.

    Raises:
        GankitError: A file is missing or damaged, or is a pickle of something else.
    """
    files = _contents(path, {name + end for name in names for end in ("", ".bin")})
    read = [_batch(path, name, files, label) for name in names]
    planes, labels = (np.concatenate(parts) for parts in zip(*read))
    return planes.reshape(-1, CHANNELS, EDGE, EDGE).transpose(0, 2, 3, 1), labels


def _contents(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return what is in the files of these names, as far as there are any."""
    try:
        if path.is_dir():
            found = [file for file in path.rglob("*") if file.name in names and file.is_file()]
            return {file.name: file.read_bytes() for file in found}
        with tarfile.open(path) as archive:
            members = [m for m in archive if Path(m.name).name in names and m.isfile()]
            return {Path(m.name).name: archive.extractfile(m).read() for m in members}
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise gankit.GankitError(
            f"{str(path)!r} cannot be read (seen from {Path.cwd()}): {error}",
            "give the archive (.tar.gz) of CIFAR, or the folder unpacked from it, as `path`",
        ) from error


def _batch(path: Path, name: str, files: dict[str, bytes], label: str) -> tuple:
    """Return the planes (examples, 3,072) and labels (examples,) of one file."""
    if f"{name}.bin" in files:
        planes, labels = _binary(files[f"{name}.bin"], LABEL_BYTES[label])
    elif name in files:
        planes, labels = _unpickled(files[name], label)
    else:
        raise gankit.GankitError(f"{str(path)!r} holds neither {name}.bin nor {name}")
    if planes.dtype != np.uint8 or planes.shape != (len(labels), PIXELS):
        raise gankit.GankitError(f"{name} in {str(path)!r} is damaged, or not a file of CIFAR")
    return planes, labels


def _binary(data: bytes, label_bytes: int) -> tuple[np.ndarray, np.ndarray]:
    """Read rows of one or two bytes of labels and 3,072 of pixels."""
    rows = np.frombuffer(data, np.uint8)
    if not rows.size or rows.size % (label_bytes + PIXELS):
        return rows, rows
    rows = rows.reshape(-1, label_bytes + PIXELS)
    return rows[:, label_bytes:], rows[:, label_bytes - 1]


def _unpickled(data: bytes, label: str) -> tuple[np.ndarray, np.ndarray]:
    try:
        batch = _ArraysOnly(io.BytesIO(data), encoding="bytes").load()
        return np.asarray(batch[b"data"]), np.asarray(batch[label.encode()], dtype=np.uint8)
    except Exception as error:  # a damaged pickle raises anything
        raise gankit.GankitError(
            f"a file of CIFAR's Python version cannot be read: {error}",
            "use the binary version of CIFAR",
        ) from error


class _ArraysOnly(pickle.Unpickler):
    """Unpickles numbers, strings, lists, dictionaries and numpy arrays, and refuses all else."""

    def find_class(self, module: str, name: str):
        """Return what a pickle names, where it is needed to make an array."""
        if (module, name) not in _OF_ARRAYS:
            raise pickle.UnpicklingError(f"it wants to call {module}.{name}")
        return _OF_ARRAYS[module, name]


_reconstruct = np.empty(0).__reduce__()[0]
_OF_ARRAYS = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
}
