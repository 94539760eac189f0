"""Interpolation between samples, in the space of noise."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from PIL import Image

from gankit.api.generator import Generator, RunOrGenerator
from gankit.data.scaling import to_uint8
from gankit.errors import GankitError
from gankit.pictures import sheets

Way = Literal["slerp", "linear"]
FRAME = 128  # the approximate width of a film, in pixels


def interpolate(
    run: RunOrGenerator,
    stops: Sequence[int] = (0, 1, 2, 3, 4),
    steps: int = 8,
    way: Way = "slerp",
    seed: int = 0,
    labels: Sequence[int | str] = (),
    frames: bool = False,
) -> Image.Image | list[Image.Image]:
    """Return images between samples: do they change gradually?

    Args:
        run: The run's folder, or its opened generator.
        stops: Sample numbers, as in `gankit sample --seed SEED`.
        steps: The number of images from one stop to the next, both included.
        way: `slerp` keeps the length of the noise; `linear` passes nearer to 0, where training
            noise hardly ever was.
        seed: The seed of the noise.
        labels: The class of each row in turn, all classes if empty; a film has the first.
        frames: Whether to return the frames of a film that ends where it started.

    Returns:
        A sheet with a row from each stop to the next; for points a scatter plot over the data.

    Raises:
        GankitError: It is not a run, or there are fewer than two stops or two steps.

    Reference:
        White 2016, Sampling Generative Networks, arXiv:1609.04468.
    """
    if len(stops) < 2 or steps < 2:
        raise GankitError(
            "interpolation needs at least two stops and two steps. "
            f"Received: {len(stops)} stops, {steps} steps"
        )
    ways = {"slerp": slerp, "linear": linear}
    if way not in ways:
        raise GankitError(f"unknown way {way!r}. Allowed: {', '.join(ways)}")
    generator = Generator.open(run)
    noise = generator.chosen([*stops, stops[0]] if frames else stops, seed)
    t = np.linspace(0, 1, steps)[: steps - frames]  # a film shows each stop once
    rows = [ways[way](a, b, t) for a, b in pairwise(noise)]
    classes = generator.labels(labels, 1 if frames else len(rows))
    samples = generator.draw(np.concatenate(rows), np.resize(classes, len(rows)).repeat(len(t)))
    if frames:
        return _film(generator, samples)
    if generator.draws_images:
        return sheets.grid(to_uint8(samples), columns=steps)
    return sheets.sheet(samples, generator.behind, generator.show)


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return the spherical linear interpolation of a and b, (steps, …).

    sin((1 − t) Ω) / sin Ω · a + sin(t Ω) / sin Ω · b, where Ω is the angle between a and b; linear
    if they are parallel. The positions t (steps,) are in [0, 1].

    Reference:
        Shoemake 1985, Animating Rotation with Quaternion Curves.
    """
    cosine = np.vdot(a, b) / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-12)
    angle = np.arccos(np.clip(cosine, -1, 1))
    if np.sin(angle) < 1e-6:
        return linear(a, b, t)
    return _mixed(a, b, np.sin((1 - t) * angle) / np.sin(angle), np.sin(t * angle) / np.sin(angle))


def linear(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return the linear interpolation (1 − t) a + t b, (steps, …)."""
    return _mixed(a, b, 1 - t, t)


def _mixed(a: np.ndarray, b: np.ndarray, of_a: np.ndarray, of_b: np.ndarray) -> np.ndarray:
    mixed: np.ndarray = np.multiply.outer(of_a, a) + np.multiply.outer(of_b, b)
    return mixed.astype(a.dtype)


def _film(generator: Generator, samples: np.ndarray) -> list[Image.Image]:
    generator.needs_images("a film")
    scale = max(1, round(FRAME / samples.shape[2]))
    return [sheets.grid(image[None], gap=0, scale=scale) for image in to_uint8(samples)]
