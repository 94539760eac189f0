"""Walks from sample to sample through the space of noise."""

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from PIL import Image

from gankit.api.generator import Generator
from gankit.data.scaling import to_uint8
from gankit.errors import GankitError
from gankit.pictures import sheets

Way = Literal["slerp", "linear"]
FRAME = 128  # about how large a frame of a film is to be, in pixels


def interpolate(
    run: str | os.PathLike[str] | Generator,
    stops: Sequence[int] = (0, 1, 2, 3, 4),
    steps: int = 8,
    way: Way = "slerp",
    seed: int = 0,
    labels: Sequence[int | str] = (),
    frames: bool = False,
) -> Image.Image | list[Image.Image]:
    """Return the images on the way from a sample to the next: does it change little by little?

    Args:
        run: The run's folder, or its opened generator.
        stops: The numbers of the samples, as `gankit sample --seed` counts them.
        steps: How many images there are from a stop to the next, both included.
        way: `slerp` keeps the length that noise has; `linear` passes nearer to 0, where there
            is next to none.
        seed: Of the noise.
        labels: The class of each row in turn, which stays the same on the way; for a film that of
            the first. All in turn, if none is named.
        frames: Whether to return the frames of a film instead: through all stops, and back to the
            first.

    Returns:
        A strip with a row from each stop to the next; for points a scatter plot over the data.

    Raises:
        GankitError: It is no run, or there is no way between fewer than two stops.

    Reference:
        White 2016, Sampling Generative Networks, arXiv:1609.04468.
    """
    if len(stops) < 2 or steps < 2:
        raise GankitError(
            "a way needs two stops, and two steps from one to the next. "
            f"Received: {len(stops)} stops, {steps} steps"
        )
    generator = Generator.open(run)
    if frames:
        return _film(generator, [*stops, stops[0]], steps, way, seed, labels)
    rows = _ways(generator.chosen(stops, seed), np.linspace(0, 1, steps), way)
    places = generator.labels(labels, len(rows)).repeat(steps)
    samples = generator.draw(np.concatenate(rows), places)
    if generator.draws_images:
        return sheets.grid(to_uint8(samples), columns=steps)
    return sheets.scatter(samples, generator.real(slice(2500)))


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return points on the way from a to b that turns steadily, (steps, …).

    sin((1 − t) Ω) / sin Ω · a + sin(t Ω) / sin Ω · b, where Ω is the angle between a and b; where
    they are of one direction, the straight way.

    Args:
        a: Noise, (…).
        b: Noise, (…).
        t: How far along, each in [0, 1], (steps,).

    Reference:
        Shoemake 1985, Animating Rotation with Quaternion Curves.
    """
    cosine = np.vdot(a, b) / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-12)
    angle = np.arccos(np.clip(cosine, -1, 1))
    if np.sin(angle) < 1e-6:
        return linear(a, b, t)
    return _mixed(a, b, np.sin((1 - t) * angle) / np.sin(angle), np.sin(t * angle) / np.sin(angle))


def linear(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return points on the straight way, (1 − t) a + t b, (steps, …)."""
    return _mixed(a, b, 1 - t, t)


def _mixed(a: np.ndarray, b: np.ndarray, share: np.ndarray, other: np.ndarray) -> np.ndarray:
    mixed: np.ndarray = np.multiply.outer(share, a) + np.multiply.outer(other, b)
    return mixed.astype(a.dtype)


def _ways(noise: np.ndarray, t: np.ndarray, way: str) -> list[np.ndarray]:
    """Return the way from each row of noise to the next."""
    known = {"slerp": slerp, "linear": linear}
    if way not in known:
        raise GankitError(f"there is no way {way!r}. Allowed: {', '.join(known)}")
    return [known[way](a, b, t) for a, b in pairwise(noise)]


def _film(
    generator: Generator,
    stops: Sequence[int],
    steps: int,
    way: str,
    seed: int,
    labels: Sequence[int | str],
) -> list[Image.Image]:
    """Return a frame for each step; a stop is on one frame only."""
    generator.needs_images("a film")
    t = np.linspace(0, 1, steps)[:-1]
    noise = np.concatenate(_ways(generator.chosen(stops, seed), t, way))
    label = generator.labels(labels, 1)
    images = to_uint8(generator.draw(noise, label.repeat(len(noise))))
    scale = max(1, round(FRAME / images.shape[2]))
    return [sheets.grid(image[None], gap=0, scale=scale) for image in images]
