"""Weights of published networks, read as arrays: no code of the file is run."""

import hashlib
import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

import gankit

MAGIC = 0x1950A86A20F9469CFC6C
TYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a state dict by name.

    PyTorch's files are pickles, which may name any function to be called; here one is refused
    unless it names only dictionaries and tensors of numbers. PyTorch is not needed.

    Args:
        path: A file of PyTorch, old or new format, or a `.npz` file of the same names.

    Raises:
        GankitError: It cannot be read.
    """
    try:
        if zipfile.is_zipfile(path):
            return _from_npz(path) if path.suffix == ".npz" else _from_zip(path)
        return _from_legacy(path)
    except Exception as error:  # a damaged pickle raises anything
        raise gankit.GankitError(
            f"the weights {path} cannot be read: {error}",
            "give a state dict as PyTorch saves it, or a .npz file with the same names",
        ) from error


def digest_of(path: Path) -> str:
    """Return the first twelve digits of the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def folded(
    weights: Mapping[str, np.ndarray], convolution: str, normalisation: str, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the kernel (height, width, in, out) and bias of a convolution and what normalises it.

    Args:
        weights: By name.
        convolution: The name of the convolution.
        normalisation: The name of the batch normalisation behind it.
        epsilon: What is added to the variance.
    """
    gamma, beta, mean, variance = (
        weights[f"{normalisation}.{name}"].astype("float64")
        for name in ("weight", "bias", "running_mean", "running_var")
    )
    scale = gamma / np.sqrt(variance + epsilon)
    kernel = weights[f"{convolution}.weight"] * scale[:, None, None, None]
    return kernel.transpose(2, 3, 1, 0), beta - mean * scale


def _from_npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def _from_zip(path: Path) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(path) as archive:
        (index,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        tensors = _Tensors(io.BytesIO(archive.read(index))).load()
        folder = index.removesuffix("data.pkl") + "data/"
        return {name: t(lambda key: archive.read(folder + key)) for name, t in tensors.items()}


def _from_legacy(path: Path) -> dict[str, np.ndarray]:
    with path.open("rb") as file:
        if _Tensors(file).load() != MAGIC:
            raise ValueError("it is no file of PyTorch")
        _Tensors(file).load(), _Tensors(file).load()  # its version, and that of the machine
        index = _Tensors(file)
        tensors = index.load()
        storages = {}
        for key in _Tensors(file).load():
            (count,) = np.fromfile(file, "<i8", 1)
            storages[key] = file.read(int(count) * np.dtype(index.types[key]).itemsize)
    return {name: tensor(storages.__getitem__) for name, tensor in tensors.items()}


class _Tensors(pickle.Unpickler):
    """Unpickles numbers, strings, dictionaries and tensors, and refuses all else."""

    def __init__(self, file):
        super().__init__(file)
        self.types: dict[str, str] = {}

    def find_class(self, module: str, name: str):
        """Return what a pickle names, where it is needed for a state dict."""
        if module == "torch" and name in TYPES:
            return TYPES[name]
        if (module, name) not in _OF_TENSORS:
            raise pickle.UnpicklingError(f"it wants to call {module}.{name}")
        return _OF_TENSORS[module, name]

    def persistent_load(self, pid: tuple) -> tuple[str, str]:
        """Return the key and the type of the numbers of a tensor."""
        _, kind, key, *_ = pid
        self.types[key] = kind
        return key, kind


def _tensor(storage, offset, shape, strides, *_) -> Callable[[Callable], np.ndarray]:
    """Return the function that makes an array, given what returns the bytes of a key."""
    key, kind = storage

    def made(read: Callable[[str], bytes]) -> np.ndarray:
        numbers = np.frombuffer(read(key), kind)[offset:]
        steps = [stride * numbers.itemsize for stride in strides]
        if sum((n - 1) * s for n, s in zip(shape, strides)) >= len(numbers):
            raise ValueError("it is cut off")
        return np.lib.stride_tricks.as_strided(numbers, shape, steps).copy()

    return made


_OF_TENSORS = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
}
