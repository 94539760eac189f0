"""Moves of a sample along directions of the noise: what does each change?"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from PIL import Image

from gankit.api.explore.first_layer import first_layer
from gankit.api.generator import Generator, RunOrGenerator
from gankit.errors import GankitError
from gankit.messages import listed
from gankit.pictures.captions import captioned

Along = Literal["dimensions", "principal"]
Move = Callable[[int, np.ndarray], np.ndarray]


def traverse(
    run: RunOrGenerator,
    along: Along = "dimensions",
    directions: Sequence[int] = (),
    rows: int = 8,
    steps: int = 7,
    reach: float = 3.0,
    start: int = 0,
    seed: int = 0,
    label: int | str | None = None,
) -> Image.Image:
    """Return a sample moved along directions of the noise, a row per direction.

    Args:
        run: The run's folder, or its opened generator.
        along: `dimensions` sets one number of the noise; `principal` moves along a principal
            direction of the generator's first layer.
        directions: The indices of the directions; by default the dimensions that change the sample
            most, or the first principal directions.
        rows: The number of directions, unless they are given.
        steps: The number of images in a row.
        reach: A row goes from −reach to reach: the number set, or the step along the direction.
        start: The sample's number, as in `gankit sample --seed SEED`.
        seed: The seed of the noise.
        label: The class, for a conditional generator.

    Raises:
        GankitError: Samples have no image each, there is no such direction, or the first layer is
            not linear.

    Reference:
        Härkönen et al. 2020, GANSpace, arXiv:2004.02546; Shen & Zhou 2021, Closed-Form
        Factorization of Latent Semantics in GANs, arXiv:2007.06600, for a linear layer.
    """
    generator = Generator.open(run)
    generator.needs_drawings("traverse")
    base = generator.chosen([start], seed)[0]
    labels = generator.labels([] if label is None else [label], 1)
    values = np.linspace(-reach, reach, steps)
    move = _move(generator, along, base)
    if not len(directions):
        every = range(len(base))
        found = every if along == "principal" else _strongest(generator, move, reach, labels)
        directions = list(found)[:rows]
    wrong = [str(place) for place in directions if not 0 <= place < len(base)]
    if wrong:
        raise GankitError(
            f"directions are numbered from 0 to {len(base) - 1}. Received: {listed(wrong)}"
        )
    noise = np.concatenate([move(place, values) for place in directions])
    images = generator.drawn(generator.draw(noise, labels.repeat(len(noise))))
    name = {"dimensions": "dimension", "principal": "direction"}[along]
    words = [_words(f"{name} {place}", values) for place in directions]
    return captioned(images, [word for row in words for word in row], steps)


def principal_directions(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the directions of noise that change a linear layer's outputs most, and how much.

    For standard normal noise z the outputs z W have the covariance Wᵀ W: the left singular vectors
    of W (latent, units) map to its principal components, and the singular values are their standard
    deviations. The directions are unit vectors in rows (directions, latent), the strongest first,
    with their largest number positive.
    """
    vectors, stds, _ = np.linalg.svd(weights, full_matrices=False)
    largest = np.abs(vectors).argmax(axis=0)
    return (vectors * np.sign(vectors[largest, range(len(largest))])).T, stds


def _move(generator: Generator, along: str, base: np.ndarray) -> Move:
    """Return a function from a direction's index and values to noise (values, latent)."""

    def set_to(place: int, values: np.ndarray) -> np.ndarray:
        noise = np.tile(base, (len(values), 1))
        noise[:, place] = values
        return noise

    if along == "dimensions":
        return set_to
    if along != "principal":
        raise GankitError(f"unknown directions {along!r}. Allowed: dimensions, principal")
    directions, _ = principal_directions(first_layer(generator))
    return lambda place, values: (base + np.outer(values, directions[place])).astype(base.dtype)


def _strongest(generator: Generator, move: Move, reach: float, labels: np.ndarray) -> np.ndarray:
    """Return the dimensions by how much the images at their ends differ, the strongest first."""
    latent = generator.network.inputs[0].shape[1]
    ends = np.stack([move(place, np.array([-reach, reach])) for place in range(latent)])
    images = generator.draw(ends.reshape(2 * latent, -1), labels.repeat(2 * latent))
    low, high = np.moveaxis(images.reshape(latent, 2, -1), 1, 0)
    return np.argsort(-np.linalg.norm(high - low, axis=1), kind="stable")


def _words(name: str, values: np.ndarray) -> list[str]:
    """Return the captions of a row: the values at its ends, the name in the centre."""
    words = [""] * len(values)
    words[0], words[-1] = f"{values[0]:+.3g}", f"{values[-1]:+.3g}"
    words[len(values) // 2] = name
    return words
