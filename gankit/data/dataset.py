"""What a dataset plugin returns, and what an architecture knows of the data."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from gankit.data import named_mapping
from gankit.errors import GankitError
from gankit.messages import listed

ROWS = 4096  # read at a time


@dataclass(frozen=True)
class DataSpec:
    """What an architecture knows of the data.

    Args:
        shapes: The shape of one example of each array, e.g. `{"images": (64, 64, 1)}`.
        classes: The number of classes; 0 if there are no labels.
    """

    shapes: Mapping[str, tuple[int, ...]]
    classes: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "shapes", named_mapping.arrays(self.shapes))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image, (height, width, channels); an error if there are no images."""
        return self.shapes["images"]


@dataclass(frozen=True)
class Dataset:
    """Named arrays of equal length, one row per example.

    Arrays of uint8 are images, which a step converts to float32 in [−1, 1]. Other types stay as
    they are. Arrays may be memory-mapped; a run reads one batch at a time.

    Args:
        arrays: `images` (examples, height, width, channels) and, if there are classes, `labels`
            (examples,) of integers; others by the names that a loss or the inputs of networks ask
            for, e.g. `a` and `b`, or `attributes`.
        classes: The names of the classes, in the order of the labels.
        flip: Whether mirrored images are as good; a random half of each epoch is then mirrored.
        held_out: The same arrays of examples that are not trained on, for monitors.
        show: Draws values for sheets: takes some of the array `images` (count, …), as float32 in
            [−1, 1] if it has uint8, and returns images (count, height, width, 1 or 3) of uint8 or
            in [−1, 1]. By default sequences are drawn as curves, rows as points.
        columns: The names of the columns of arrays (examples, columns), by array, for
            `gankit sample --where attributes.smiling=1`.

    Raises:
        GankitError: The arrays are empty, differ in length, or have their channels first; labels
            are not an integer for each example, or without a class; two classes share a name;
            columns have no name; or held-out examples have another shape.
    """

    arrays: Mapping[str, np.ndarray]
    classes: Sequence[str] = field(default=())
    flip: bool = False
    held_out: Mapping[str, np.ndarray] = field(default_factory=dict)
    show: Callable[[np.ndarray], np.ndarray] | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrays", MappingProxyType(named_mapping.arrays(self.arrays)))
        lengths = {name: len(array) for name, array in self.arrays.items()}
        if not lengths or len(set(lengths.values())) > 1 or not min(lengths.values()):
            raise GankitError(
                "the arrays of a dataset must have the same length, at least 1. "
                f"Received: {lengths}"
            )
        object.__setattr__(self, "classes", list(map(_utf8, self.classes)))
        if len(set(self.classes)) < len(self.classes):
            raise GankitError(f"two classes have the same name. Received: {listed(self.classes)}")
        if "labels" in self.arrays:
            _check_labels(self.arrays["labels"], len(self.classes))
        for name, array in self.arrays.items():
            _check_channels(name, array.shape)
            if name in self.held_out:
                _check_held_out(name, self.held_out[name].shape[1:], array.shape[1:])
        for name, columns in self.columns.items():
            _check_columns(name, self.arrays[name].shape, columns)

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def counts(self) -> dict[str, int]:
        """Return the number of examples of each class, in the order of the labels."""
        labels = np.asarray(self.arrays.get("labels", ()), "int64").reshape(-1)
        counted = np.bincount(labels, minlength=len(self.classes)).tolist()
        return dict(zip(self.classes, counted))

    def digest(self) -> str:
        """Return twelve digits that change when any example does."""
        found = hashlib.sha256()
        for name in sorted(self.arrays):
            array = self.arrays[name]
            found.update(f"{name} {array.dtype} {array.shape}".encode())
            for start in range(0, len(array), ROWS):  # memory-mapped arrays may be large
                found.update(np.ascontiguousarray(array[start : start + ROWS]).data)
        return found.hexdigest()[:12]

    @property
    def spec(self) -> DataSpec:
        """What an architecture knows: shapes and the number of classes."""
        return DataSpec({k: tuple(v.shape[1:]) for k, v in self.arrays.items()}, len(self.classes))


def _check_labels(labels: np.ndarray, classes: int) -> None:
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise GankitError(
            "labels must be integers of the shape (examples,). "
            f"Received: {labels.dtype} {labels.shape}",
            "an array of several numbers for each example needs another name, such as attributes",
        )
    low, high = labels.min(), labels.max()
    if not 0 <= low <= high < classes:
        raise GankitError(
            f"labels must be from 0 to {classes - 1}, one for each of the {classes} classes. "
            f"Received: labels from {low} to {high}",
            'name them: gankit.Dataset({"images": …, "labels": …}, classes=["no", "yes"])',
        )


def _check_channels(name: str, shape: tuple[int, ...]) -> None:
    if len(shape) == 4 and shape[1] in (1, 3, 4) and min(shape[2:]) > 4:
        raise GankitError(
            f"the array {name} must be (examples, height, width, channels). Received: {shape}",
            "are the channels first? np.moveaxis(a, 1, -1) moves them to the end",
        )


def _check_columns(name: str, shape: tuple[int, ...], columns: Sequence[str]) -> None:
    if shape[1:] != (len(columns),):
        raise GankitError(
            f"columns names {len(columns)} columns of {name}, which has the shape {shape}",
            "name each column of an array (examples, columns)",
        )


def _check_held_out(name: str, held_out: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if held_out != shape:
        raise GankitError(
            f"held-out {name} must have the shape of the others, {shape}. Received: {held_out}"
        )


def _utf8(name: str) -> str:
    """Return the name of a class; what is not UTF-8 in the name of a folder is escaped."""
    return name.encode("utf-8", "backslashreplace").decode()
