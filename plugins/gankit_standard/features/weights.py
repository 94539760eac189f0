"""Weights of published networks, read as arrays without running any code in the file."""

import hashlib
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import keras
import numpy as np

import gankit
from gankit_standard.unpickling import Unpickler

MAGIC = 0x1950A86A20F9469CFC6C
TYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays by name of PyTorch's state dict, old or new, or of a `.npz` file.

    PyTorch is not needed. Its files are pickles, which can call any function; here they are refused
    unless they call only those that make dictionaries and tensors.
    """
    try:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                return dict(arrays)
        return _from_zip(path) if zipfile.is_zipfile(path) else _from_legacy(path)
    except Exception as error:  # a damaged pickle raises anything
        raise gankit.GankitError(
            f"the weights {path} cannot be read: {error}",
            "give a state dict as PyTorch saves it, or a .npz file of the same names",
        ) from error


def digest_of(path: Path) -> str:
    """Return the first twelve digits of the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def folded(
    weights: Mapping[str, np.ndarray], convolution: str, normalisation: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the kernel (height, width, in, out) and bias of a convolution and its normalisation.

    The epsilon of the batch normalisation is 0.001.
    """
    gamma, beta, mean, variance = (
        weights[f"{normalisation}.{name}"].astype("float64")
        for name in ("weight", "bias", "running_mean", "running_var")
    )
    scale = gamma / np.sqrt(variance + 1e-3)
    kernel = weights[f"{convolution}.weight"] * scale[:, None, None, None]
    return kernel.transpose(2, 3, 1, 0), beta - mean * scale


def convolved(
    x: Any,
    weights: tuple[np.ndarray, np.ndarray],
    strides: int = 1,
    padding: str = "same",
    activation: str | None = "relu",
) -> Any:
    """Return a convolution of x in float32, by a kernel (height, width, in, out) and a bias."""
    *size, _, filters = weights[0].shape
    layer = keras.layers.Conv2D(
        filters, size, strides, padding, activation=activation, dtype="float32"
    )
    y = layer(x)
    layer.set_weights(list(weights))
    return y


def _from_zip(path: Path) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(path) as archive:
        (index,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        tensors = _Tensors(BytesIO(archive.read(index))).load()
        folder = index.removesuffix("data.pkl") + "data/"
        return {name: t(lambda key: archive.read(folder + key)) for name, t in tensors.items()}


def _from_legacy(path: Path) -> dict[str, np.ndarray]:
    with path.open("rb") as file:
        if _Tensors(file).load() != MAGIC:
            raise ValueError("it is not a file of PyTorch")
        _Tensors(file).load(), _Tensors(file).load()  # the versions of the format and the machine
        index = _Tensors(file)
        tensors = index.load()
        storages = {}
        for key in _Tensors(file).load():
            (count,) = np.fromfile(file, "<i8", 1)
            storages[key] = file.read(int(count) * np.dtype(index.types[key]).itemsize)
    return {name: tensor(storages.__getitem__) for name, tensor in tensors.items()}


class _Tensors(Unpickler):
    """Unpickles a state dict."""

    def __init__(self, file: IO[bytes]):
        super().__init__(file, ALLOWED)
        self.types: dict[str, str] = {}

    def persistent_load(self, pid: tuple[Any, ...]) -> tuple[str, str]:
        """Return the key and the type of a tensor's numbers."""
        _, kind, key, *_ = pid
        self.types[key] = kind
        return key, kind


def _tensor(
    storage: tuple[str, str], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
) -> Callable[[Callable[[str], bytes]], np.ndarray]:
    """Return the function from a reader of a key's bytes to an array."""
    key, kind = storage

    def make(read: Callable[[str], bytes]) -> np.ndarray:
        numbers = np.frombuffer(read(key), kind)[offset:]
        steps = [stride * numbers.itemsize for stride in strides]
        if sum((n - 1) * s for n, s in zip(shape, strides)) >= len(numbers):
            raise ValueError("it is cut off")
        return np.lib.stride_tricks.as_strided(numbers, shape, steps).copy()

    return make


ALLOWED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    **{("torch", name): kind for name, kind in TYPES.items()},
}
