"""The dataset `my-part`."""

from typing import Annotated

import gankit
import numpy as np
from pydantic import Field

CENTRES = np.array([[0.0, -0.25], [1.0, 0.25]])


def my_part(
    count: Annotated[int, Field(ge=2)] = 6400,
    spread: Annotated[float, Field(ge=0)] = 0.05,
    seed: int = 0,
) -> gankit.Dataset:
    """Points on two interleaving half-moons.

    Args:
        count: The number of points.
        spread: The standard deviation of their distance to the moons, whose radius is 1.
        seed: The seed of the draw.
    """
    draw = np.random.default_rng(seed)
    labels = np.arange(count, dtype="int32") % 2
    angles = np.pi * (draw.random(count) + labels)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) + CENTRES[labels]
    points += spread * draw.standard_normal((count, 2))
    arrays = {"images": points.astype("float32"), "labels": labels}
    return gankit.Dataset(arrays, classes=("upper", "lower"))
