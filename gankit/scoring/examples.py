"""The examples that are scored."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

import gankit
from gankit.backend import running_backend
from gankit.data.dataset import Dataset
from gankit.data.scaling import from_uint8
from gankit.recipe.section import Section
from gankit.scoring.evaluate import Provenance

if TYPE_CHECKING:
    from gankit.game.gan import GAN


def choose(count: int, total: int, seed: int) -> np.ndarray:
    """Return the places of at most `count` of so many examples, chosen by lot, sorted."""
    draw = np.random.default_rng(seed)
    return np.sort(draw.choice(total, min(count, total), replace=False))


def real_examples(dataset: Dataset, count: int, seed: int) -> np.ndarray:
    """Return at most `count` examples, chosen at random, images in [−1, 1]."""
    return from_uint8(np.asarray(dataset.arrays["images"][choose(count, len(dataset), seed)]))


def made_of(
    gan: "GAN", section: Section, examples: int, generated: str, seed: int
) -> Callable[..., Provenance]:
    """Return what makes the provenance of a game's samples, of what is left to tell.

    Args:
        gan: The game.
        section: The data it is trained on, as the recipe names it.
        examples: How many there are of it.
        generated: What the samples are called.
        seed: Of the noise, and of the choice of real examples.
    """
    return partial(
        Provenance,
        real=f"the {examples:,} of {section.name} trained on",
        split=split_of(section),
        generated=generated,
        averaged="generator" in gan.averages,
        seed=seed,
        backend=str(running_backend()),
        gankit=gankit.__version__,
    )


def known_of(dataset: Dataset, gan: "GAN", count: int) -> dict[str, np.ndarray]:
    """Return what metrics may ask for of labelled data.

    Args:
        dataset: The data.
        gan: The game; where its generator takes labels, it was asked for some.
        count: Of samples.
    """
    from gankit.game.sampling import sampled_labels  # and with it Keras

    if labelled(dataset) is None:
        return {}
    classes = len(dataset.classes)
    counts = np.bincount(np.asarray(dataset.arrays["labels"]).reshape(-1), minlength=classes)
    known = {"class_names": np.array(dataset.classes), "class_fractions": counts / counts.sum()}
    asked = {"fake_labels": sampled_labels(count, classes)}
    return known | (asked if len(gan.networks["generator"].inputs) > 1 else {})


def split_of(section: Section) -> str:
    """Return which part of its data a section names; `all` where there are no parts to choose."""
    return str(section.options.get("split", "all"))


def labelled(dataset: Dataset) -> Dataset | None:
    """Return the data where a network can learn to tell its classes, None elsewhere."""
    return dataset if "labels" in dataset.arrays and len(dataset.classes) > 1 else None
