"""Arithmetic with what samples have in common: a − b + c."""

import os
from collections.abc import Sequence

import numpy as np
from PIL import Image

from gankit.api.generator import Generator
from gankit.data.scaling import from_uint8
from gankit.errors import GankitError
from gankit.pictures.captions import captioned
from gankit.scoring.examples import choose
from gankit.scoring.features import features as features_named

Term = Sequence[int] | int | str
EACH = 3  # samples that a term is the mean of, where it is a class
READ = 512  # samples among which those of a class are looked for
REALS = 4000  # labelled examples by which samples are told apart


def arithmetic(
    run: str | os.PathLike[str] | Generator,
    a: Term,
    b: Term,
    c: Term,
    seed: int = 0,
    label: int | str | None = None,
    by_label: bool = False,
    near: float = 0.25,
) -> Image.Image:
    """Return what a − b + c is, where each is the mean noise of some samples.

    The first row has the images of the means and of a − b + c. Below each mean are the samples
    that it is of, below the result what is near it.

    Args:
        run: The run's folder, or its opened generator.
        a: The numbers of samples, as `gankit sample --seed` counts them; or a class, with
            `by_label`.
        b: Likewise.
        c: Likewise.
        seed: Of the noise.
        label: The class of all images, for a generator that takes labels.
        by_label: Whether a, b and c are classes: three samples are taken of each, those that look
            like it by their nearest labelled examples.
        near: How far from the result the images below it are: their noise differs by a number
            within ±near.

    Raises:
        GankitError: It is no run of images, or there is no such class, or too few samples of it.

    Reference:
        Radford et al. 2015, Unsupervised Representation Learning with Deep Convolutional Generative
        Adversarial Networks, arXiv:1511.06434, section 6.3.2.
    """
    generator = Generator.open(run)
    generator.needs_images("arithmetic")
    told = generator.labels([] if label is None else [label], 1)
    terms = _by_label(generator, (a, b, c), seed) if by_label else [_numbers(t) for t in (a, b, c)]
    noise = [generator.chosen(numbers, seed) for numbers in terms]
    means = [rows.mean(axis=0) for rows in noise]
    result = means[0] - means[1] + means[2]
    depth = max(map(len, terms))
    moves = np.random.default_rng([seed, 1]).uniform(-near, near, (depth, *result.shape))
    columns = [[mean, *rows] for mean, rows in zip(means, noise)] + [[result, *(result + moves)]]
    names = (a, b, c) if by_label else [", ".join(map(str, numbers)) for numbers in terms]
    words = [f"{sign}{name}" for sign, name in zip(("", "- ", "+ "), names)] + ["= this"]
    return _page(generator, columns, words, told)


def _numbers(term: Term) -> list[int]:
    told: Sequence[int | str] | int = term.split(",") if isinstance(term, str) else term
    try:
        return [int(number) for number in ([told] if isinstance(told, int) else told)]
    except ValueError as error:
        raise GankitError(
            f"a term is numbers of samples with commas between them. Received: {told}",
            "for classes, add --by-label",
        ) from error


def _by_label(generator: Generator, names: Sequence[Term], seed: int) -> list[np.ndarray]:
    """Return the numbers of samples that look like each class."""
    if generator.takes_labels:
        raise GankitError(
            f"the generator of {generator.run.path} is told the class, so its noise is of "
            "everything else",
            "name samples by number, and their class with --label",
        )
    places = [generator.place(str(name)) for name in names]
    classes = looks_like(generator, generator.draw(generator.noise(READ, seed)), seed)
    found = [np.flatnonzero(classes == place)[:EACH] for place in places]
    for name, numbers in zip(names, found):
        if not len(numbers):
            raise GankitError(f"none of {READ} samples looks like {name}", "try another --seed")
    return found


def looks_like(generator: Generator, samples: np.ndarray, seed: int) -> np.ndarray:
    """Return the class of the real example that is nearest to each sample by pixels, (count,)."""
    arrays = generator.dataset.arrays
    if "labels" not in arrays:
        raise GankitError(f"the data of {generator.run.path} has no labels", "name samples instead")
    chosen = choose(REALS, len(generator.dataset), seed)
    extract = features_named("pixels").extract
    real, fake = extract(from_uint8(np.asarray(arrays["images"][chosen]))), extract(samples)
    squares = np.sum(real**2, axis=1) - 2 * fake @ real.T
    labels = np.asarray(arrays["labels"])[chosen]
    return np.asarray(labels[squares.argmin(axis=1)])


def _page(
    generator: Generator,
    columns: Sequence[Sequence[np.ndarray]],
    words: Sequence[str],
    told: np.ndarray,
) -> Image.Image:
    """Return columns of noise as images; what is missing in a column is left empty."""
    depth = max(map(len, columns))
    noise = [column[row] for row in range(depth) for column in columns if row < len(column)]
    drawn = iter(generator.draw(np.asarray(noise, "float32"), told.repeat(len(noise))))
    empty = np.ones(generator.network.outputs[0].shape[1:], "float32")
    images = [
        next(drawn) if row < len(column) else empty for row in range(depth) for column in columns
    ]
    captions = [*words, *[""] * (len(images) - len(words))]
    return captioned(np.stack(images), captions, len(columns))
