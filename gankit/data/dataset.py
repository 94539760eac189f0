"""What a dataset plugin returns, and what an architecture is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from gankit.data import named
from gankit.errors import GankitError


@dataclass(frozen=True)
class DataSpec:
    """What an architecture may know of the data.

    Args:
        shapes: The shape of one example of each array, e.g. `{"images": (64, 64, 1)}`.
        classes: The number of classes; 0 where there are no labels.
    """

    shapes: Mapping[str, tuple[int, ...]]
    classes: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "shapes", named.arrays(self.shapes))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image, (height, width, channels); an error where there are none."""
        return self.shapes["images"]


@dataclass(frozen=True)
class Dataset:
    """Named arrays of equal length, one row an example.

    Arrays of uint8 are images: a step sees them as float32 in [−1, 1]. Arrays of other types
    reach it as they are. Any array may be memory-mapped; a run reads a batch at a time.

    Args:
        arrays: `images` (examples, height, width, channels) and, where there are classes, `labels`
            (examples,) of integers; other names as a loss asks for them, e.g. `a` and `b`.
        classes: The names of the classes, in the order of the labels.
        flip: Whether an image's mirror image is as good as the image.
        held_out: The same arrays of examples that are not trained on; monitors compare with them.

    Raises:
        GankitError: The arrays are empty, differ in length, or have labels without a class.
    """

    arrays: Mapping[str, np.ndarray]
    classes: Sequence[str] = field(default=())
    flip: bool = False
    held_out: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrays", MappingProxyType(named.arrays(self.arrays)))
        lengths = {name: len(array) for name, array in self.arrays.items()}
        if not lengths or len(set(lengths.values())) > 1 or not min(lengths.values()):
            raise GankitError(
                "a dataset needs named arrays of one and the same length, of 1 or more. "
                f"Received: {lengths}"
            )
        if "labels" in self.arrays and self.arrays["labels"].max() >= len(self.classes):
            raise GankitError(
                "labels are places in `classes`. "
                f"Received: label {self.arrays['labels'].max()} with {len(self.classes)} classes",
                'name them: gankit.Dataset({"images": …, "labels": …}, classes=["no", "yes"])',
            )

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    @property
    def spec(self) -> DataSpec:
        """What an architecture may know: shapes and the number of classes."""
        return DataSpec({k: tuple(v.shape[1:]) for k, v in self.arrays.items()}, len(self.classes))
