"""Features: the numbers by which metrics compare examples."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gankit.errors import GankitError
from gankit.spelling import listed, suggestion

EDGE = 16  # of the pictures whose pixels are features


@dataclass(frozen=True)
class Features:
    """How examples become features.

    Args:
        name: What the choice is called.
        weights: The digest of the network's weights; `none` where there is no network.
        resizer: What brings pictures to the network's size.
        extract: From examples in [−1, 1] or points, (count, …), to features (count, size).
    """

    name: str
    weights: str
    resizer: str
    extract: Callable[[np.ndarray], np.ndarray]


def features(name: str) -> Features:
    """Return features by name.

    Raises:
        GankitError: There are none of this name.
    """
    known = {"pixels": pixels}
    if name not in known:
        raise GankitError(
            f"there are no features {name!r}.{suggestion(name, known)} Allowed: {listed(known)}",
            "gankit score --help",
        )
    return known[name]()


def pixels() -> Features:
    """Return the pixels of small pictures, or the coordinates of points, as features.

    They know light and place, not what is in a picture: a picture moved by a pixel is another one
    to them. They need no network, and are equal everywhere.
    """
    return Features("pixels", "none", f"area mean, at most {EDGE} × {EDGE}", _pixels)


def _pixels(examples: np.ndarray) -> np.ndarray:
    if examples.ndim == 4:
        rows, columns = (_means(size) for size in examples.shape[1:3])
        # one axis after the other; together they would multiply all pairs of both
        examples = np.einsum("ih,bhwc->biwc", rows, examples.astype("float64"))
        examples = np.einsum("jw,biwc->bijc", columns, examples)
    return np.asarray(examples, "float64").reshape(len(examples), -1)


def _means(size: int) -> np.ndarray:
    """Return the matrix that takes means over equal stretches of an axis, (fewer, size)."""
    fewer = min(size, EDGE)
    edges = np.arange(fewer + 1) * size / fewer
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.maximum(overlap, 0) * fewer / size
