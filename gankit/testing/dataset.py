"""The contract of a dataset."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gankit.data.dataset import Dataset
from gankit.testing.global_seed import watched_draws
from gankit.testing.requirement import called, equal, require


def check_dataset(dataset: Callable[..., Dataset], **options: Any) -> Dataset:
    """Check that a dataset returns arrays that a step can use, and the same ones each time.

    Args:
        dataset: The function.
        options: The options to call it with; make it small.

    Returns:
        The dataset, for further tests.

    Raises:
        AssertionError: The dataset breaks its contract; the message says how to fix it.
    """
    who = called(dataset, options)
    with watched_draws() as untouched:
        found, again = dataset(**options), dataset(**options)
        alone = untouched()
    require(
        isinstance(found, Dataset),
        f"{who} returned {type(found).__name__}",
        'return gankit.Dataset({"images": images})',
    )
    for name, array in found.arrays.items():
        _check_array(f"{name} of {who}", np.asarray(array))
    _check_labels(who, found)
    require(
        found.arrays.keys() == again.arrays.keys()
        and equal(found.arrays.values(), again.arrays.values()),
        f"{who} returns other data on a second call, so no run could be repeated",
        "draw from numpy.random.default_rng(seed), with `seed` an option, and sort lists of files",
    )
    require(
        alone,
        f"{who} changes the state of NumPy's global generator",
        "draw from numpy.random.default_rng(seed) instead",
    )
    return found


def _check_array(which: str, array: np.ndarray) -> None:
    kind = array.dtype.kind
    require(
        array.dtype in (np.uint8, np.float32) or kind in "iu",
        f"{which} has the dtype {array.dtype}",
        'use uint8 for images, .astype("float32") for other numbers, or integers',
    )
    if array.dtype == np.uint8 and array.ndim > 1:
        require(
            array.ndim == 4 and array.shape[-1] in (1, 3),
            f"{which} has the shape {array.shape}",
            "use (examples, height, width, channels) with 1 or 3 channels; images[..., None] adds "
            "one",
        )
    require(
        kind != "f" or np.isfinite(array).all(),
        f"{which} has numbers that are not finite",
        "leave out such examples",
    )


def _check_labels(who: str, found: Dataset) -> None:
    labels = found.arrays.get("labels")
    require(
        labels is not None or not found.classes,
        f"{who} names {len(found.classes)} classes, but has no labels",
        'add an array "labels": the index of each example\'s class in `classes`',
    )
