"""Mixtures of equal Gaussians in the plane, as PacGAN measures mode collapse on."""

from typing import Annotated

import numpy as np
from pydantic import Field

import gankit

Length = Annotated[float, Field(gt=0)]
Seed = Annotated[int, Field(ge=0)]


def ring(
    count: gankit.Count = 100_000,
    modes: gankit.Count = 8,
    radius: Length = 1.0,
    spread: Length = 0.01,
    seed: Seed = 0,
) -> gankit.Dataset:
    """Points around modes on a circle (PacGAN, Lin et al. 2018, arXiv:1712.04086, table 1).

    Args:
        count: The number of points, each from a random mode.
        modes: The number of modes, the first at (radius, 0).
        radius: The radius of the circle, around (0, 0).
        spread: The standard deviation of a mode along each axis.
        seed: The seed of the points.

    Returns:
        images: (count, 2) of float32.
    """
    return _points(ring_modes(modes, radius), count, spread, seed)


def grid(
    count: gankit.Count = 100_000,
    side: gankit.Count = 5,
    step: Length = 2.0,
    spread: Length = 0.05,
    seed: Seed = 0,
) -> gankit.Dataset:
    """Points around modes on a square grid (PacGAN, Lin et al. 2018, arXiv:1712.04086, table 1).

    Args:
        count: The number of points, each from a random mode.
        side: The number of modes in a row, and of rows; the grid's centre is (0, 0).
        step: The distance from one mode to the next.
        spread: The standard deviation of a mode along each axis.
        seed: The seed of the points.

    Returns:
        images: (count, 2) of float32.
    """
    return _points(grid_modes(side, step), count, spread, seed)


def ring_modes(modes: int = 8, radius: float = 1.0) -> np.ndarray:
    """Return the centres of the ring's modes, (modes, 2), counter-clockwise from (radius, 0)."""
    angles = 2 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid_modes(side: int = 5, step: float = 2.0) -> np.ndarray:
    """Return the centres of the grid's modes, (side², 2), column by column."""
    places = step * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(places, places, indexing="ij"), axis=-1).reshape(-1, 2)


def _points(modes: np.ndarray, count: int, spread: float, seed: int) -> gankit.Dataset:
    draw = np.random.default_rng(seed)
    centres = modes[draw.integers(len(modes), size=count)]
    points = centres + spread * draw.standard_normal((count, 2))
    return gankit.Dataset({"images": points.astype("float32")})
