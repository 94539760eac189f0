"""Arithmetic of mean noise: a − b + c."""

from collections.abc import Sequence

import numpy as np
from PIL import Image
from scipy.spatial.distance import cdist

from gankit.api.generator import Generator, RunOrGenerator
from gankit.data.scaling import from_uint8
from gankit.errors import GankitError
from gankit.pictures.captions import captioned
from gankit.recipe.settings import DEFAULT_FEATURES
from gankit.scoring.examples import choose
from gankit.scoring.features import features as features_named

Term = Sequence[int] | int | str
EACH = 3  # samples per class
SEARCHED = 512  # samples among which those of a class are found
REALS = 4000  # labelled examples by which they are found


def arithmetic(
    run: RunOrGenerator,
    a: Term,
    b: Term,
    c: Term,
    seed: int = 0,
    label: int | str | None = None,
    by_label: bool = False,
    near: float = 0.25,
) -> Image.Image:
    """Return the images of a − b + c, where each term is the mean noise of some samples.

    The first row shows the means and the result. Below each mean are its samples, below the result
    images near it.

    Args:
        run: The run's folder, or its opened generator.
        a: Sample numbers, as in `gankit sample --seed SEED`; or a class, with `by_label`.
        b: Likewise.
        c: Likewise.
        seed: The seed of the noise.
        label: The class of all images, for a conditional generator.
        by_label: Whether a, b and c are classes, each represented by three samples whose nearest
            labelled example has that class.
        near: The images below the result have its noise plus uniform noise in ±near.

    Raises:
        GankitError: Samples have no image each, there is no such class, or no sample looks like it.

    Reference:
        Radford et al. 2015, Unsupervised Representation Learning with Deep Convolutional Generative
        Adversarial Networks, arXiv:1511.06434, section 6.3.2.
    """
    generator = Generator.open(run)
    generator.needs_drawings("arithmetic")
    labels = generator.labels([] if label is None else [label], 1)
    terms = _by_label(generator, (a, b, c), seed) if by_label else [_numbers(t) for t in (a, b, c)]
    noise = [generator.chosen(numbers, seed) for numbers in terms]
    means = [rows.mean(axis=0) for rows in noise]
    result = means[0] - means[1] + means[2]
    depth = max(map(len, terms))
    moves = np.random.default_rng([seed, 1]).uniform(-near, near, (depth, *result.shape))
    columns = [[mean, *rows] for mean, rows in zip(means, noise)] + [[result, *(result + moves)]]
    names = (a, b, c) if by_label else [", ".join(map(str, numbers)) for numbers in terms]
    words = [f"{sign}{name}" for sign, name in zip(("", "- ", "+ "), names)] + ["= this"]
    return _page(generator, columns, words, labels)


def _numbers(term: Term) -> list[int]:
    numbers: Sequence[int | str] | int = term.split(",") if isinstance(term, str) else term
    try:
        return [int(number) for number in ([numbers] if isinstance(numbers, int) else numbers)]
    except ValueError as error:
        raise GankitError(
            f"a term is sample numbers separated by commas. Received: {numbers}",
            "for classes, add --by-label",
        ) from error


def _by_label(generator: Generator, names: Sequence[Term], seed: int) -> list[np.ndarray]:
    """Return the numbers of samples that look like each class."""
    if generator.takes_labels:
        raise GankitError(
            f"the generator of {generator.run.path} takes the class as a label, so its noise does "
            "not determine it",
            "give sample numbers, and their class with --label",
        )
    indices = [generator.class_index(str(name)) for name in names]
    classes = nearest_class(generator, generator.draw(generator.noise(SEARCHED, seed)), seed)
    found = [np.flatnonzero(classes == index)[:EACH] for index in indices]
    for name, numbers in zip(names, found):
        if not len(numbers):
            raise GankitError(f"none of {SEARCHED} samples looks like {name}", "try another --seed")
    return found


def nearest_class(generator: Generator, samples: np.ndarray, seed: int) -> np.ndarray:
    """Return the class of each sample's nearest real example, (count,)."""
    arrays = generator.dataset.arrays
    if "labels" not in arrays:
        raise GankitError(
            f"the data of {generator.run.path} has no labels", "give sample numbers instead"
        )
    chosen = choose(REALS, len(generator.dataset), seed)
    extract = features_named(DEFAULT_FEATURES).extract
    real = extract(from_uint8(np.asarray(arrays["images"][chosen])))
    nearest = cdist(extract(samples), real).argmin(axis=1)
    return np.asarray(np.asarray(arrays["labels"])[chosen][nearest])


def _page(
    generator: Generator,
    columns: Sequence[Sequence[np.ndarray]],
    words: Sequence[str],
    labels: np.ndarray,
) -> Image.Image:
    """Return columns of noise as images; short columns end in empty places."""
    depth = max(map(len, columns))
    noise = [column[row] for row in range(depth) for column in columns if row < len(column)]
    samples = generator.draw(np.asarray(noise, "float32"), labels.repeat(len(noise)))
    found = generator.drawn(samples)
    drawn, empty = iter(found), np.full_like(found[0], 255)
    images = [
        next(drawn) if row < len(column) else empty for row in range(depth) for column in columns
    ]
    captions = [*words, *[""] * (len(images) - len(words))]
    return captioned(np.stack(images), captions, len(columns))
