"""Moves along the directions of the noise: what does each of them change?"""

import os
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from PIL import Image

from gankit.api.explore.first_layer import first_layer
from gankit.api.generator import Generator
from gankit.errors import GankitError
from gankit.pictures.captions import captioned

Along = Literal["dimensions", "principal"]
Move = Callable[[int, np.ndarray], np.ndarray]


def traverse(
    run: str | os.PathLike[str] | Generator,
    along: Along = "dimensions",
    directions: Sequence[int] = (),
    rows: int = 8,
    steps: int = 7,
    reach: float = 3.0,
    start: int = 0,
    seed: int = 0,
    label: int | str | None = None,
) -> Image.Image:
    """Return what moving one direction of a sample's noise changes, a row for each direction.

    Args:
        run: The run's folder, or its opened generator.
        along: `dimensions` sets a number of the noise; `principal` moves along a principal
            direction of the generator's first layer.
        directions: Their places; without them, those dimensions that change the sample most, or the
            first principal directions.
        rows: How many directions, where none is named.
        steps: The images in a row.
        reach: A row goes from −reach to reach: that is what the number is set to, or what is added
            along the direction.
        start: The number of the sample, as `gankit sample --seed` counts them.
        seed: Of the noise.
        label: The class, for a generator that takes labels.

    Raises:
        GankitError: It is no run of images, there is no such direction, or the first layer is not
            linear.

    Reference:
        Härkönen et al. 2020, GANSpace, arXiv:2004.02546; Shen & Zhou 2021, Closed-Form
        Factorization of Latent Semantics in GANs, arXiv:2007.06600, for a layer that is linear.
    """
    generator = Generator.open(run)
    generator.needs_images("traverse")
    base = generator.chosen([start], seed)[0]
    told = generator.labels([] if label is None else [label], 1)
    values = np.linspace(-reach, reach, steps)
    moved = _moves(generator, along, base)
    if not len(directions):
        found = (
            range(len(base)) if along == "principal" else _strongest(generator, moved, reach, told)
        )
        directions = list(found)[:rows]
    _check(directions, len(base))
    noise = np.concatenate([moved(place, values) for place in directions])
    images = generator.draw(noise, told.repeat(len(noise)))
    name = {"dimensions": "dimension", "principal": "direction"}[along]
    words = [_words(f"{name} {place}", values) for place in directions]
    return captioned(images, [word for row in words for word in row], steps)


def principal_directions(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the directions of noise that a linear layer answers to most, and how much.

    Of standard normal noise z the outputs z W have the covariance Wᵀ W: their principal components
    are what the left singular vectors of W become, and the singular values their deviations.

    Args:
        weights: W, (latent, units).

    Returns:
        Unit vectors in rows (directions, latent), the strongest first, each signed so that its
        largest number is positive; and the standard deviations of what the layer makes of them.
    """
    vectors, deviations, _ = np.linalg.svd(weights, full_matrices=False)
    largest = np.abs(vectors).argmax(axis=0)
    return (vectors * np.sign(vectors[largest, range(len(largest))])).T, deviations


def _moves(generator: Generator, along: str, base: np.ndarray) -> Move:
    """Return a function of a direction's place and values that returns noise (values, latent)."""

    def set_to(place: int, values: np.ndarray) -> np.ndarray:
        noise = np.tile(base, (len(values), 1))
        noise[:, place] = values
        return noise

    if along == "dimensions":
        return set_to
    if along != "principal":
        raise GankitError(f"there are no directions {along!r}. Allowed: dimensions, principal")
    directions, _ = principal_directions(first_layer(generator))
    return lambda place, values: (base + np.outer(values, directions[place])).astype(base.dtype)


def _strongest(generator: Generator, moved: Move, reach: float, told: np.ndarray) -> np.ndarray:
    """Return the dimensions in the order of how much their ends differ as images."""
    latent = generator.network.inputs[0].shape[1]
    ends = np.stack([moved(place, np.array([-reach, reach])) for place in range(latent)])
    images = generator.draw(ends.reshape(2 * latent, -1), told.repeat(2 * latent))
    low, high = np.moveaxis(images.reshape(latent, 2, -1), 1, 0)
    return np.argsort(-np.linalg.norm(high - low, axis=1), kind="stable")


def _check(directions: Sequence[int], count: int) -> None:
    wrong = [place for place in directions if not 0 <= place < count]
    if wrong:
        raise GankitError(
            f"directions are numbered from 0 to {count - 1}. Received: {', '.join(map(str, wrong))}"
        )


def _words(name: str, values: np.ndarray) -> list[str]:
    """Return the captions of a row: its ends, and its name in the middle."""
    words = [""] * len(values)
    words[0], words[-1] = f"{values[0]:+.3g}", f"{values[-1]:+.3g}"
    words[len(values) // 2] = name
    return words
