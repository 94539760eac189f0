"""Scores a generator again and again, while it trains."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gankit.data.dataset import Dataset
from gankit.game.gan import GAN
from gankit.game.sampling import sample
from gankit.recipe.recipe import Recipe
from gankit.recipe.settings import all_directions
from gankit.scoring.evaluate import Scores, evaluate
from gankit.scoring.examples import known_of, labelled, made_of, real_examples


class Scorer:
    """Scores the generator of a game as it is, by the metrics of its recipe.

    The noise and the real examples are always the same, and drawn by numpy: no state of the game is
    read or moved but the generator's weights. The features of the real examples are kept.

    Args:
        recipe: Of the stage that is played.
        dataset: Its data.
        gan: Its game.
        count: Of samples, if not what the recipe says.

    Attributes:
        better: Which way the scores are better, of those that tell.
        best_by: The score that chooses the best checkpoint, None if none tells.

    Raises:
        GankitError: There are no such features, or the generator takes images.
    """

    def __init__(self, recipe: Recipe, dataset: Dataset, gan: GAN, count: int | None = None):
        self.noise_shape = gan.noise_shape  # an error where images are taken
        settings = recipe.scoring
        self.seed, self.dataset, self.section = recipe.seed, dataset, recipe.dataset
        self.count = count or settings.count
        self.metrics = {metric.name: metric.bound() for metric in recipe.metrics}
        self.better = all_directions(metric.part for metric in recipe.metrics)
        self.best_by = settings.best or next(iter(self.better), None)
        self.real = real_examples(dataset, self.count, self.seed)
        found = settings.features.make(data=labelled(dataset))
        self.features = replace(found, extract=_remembering(found.extract, self.real))

    def __call__(self, gan: GAN, generated: str) -> Scores:
        """Return the scores of a game's generator.

        Args:
            gan: The game.
            generated: What the provenance calls it.
        """
        dataset = self.dataset
        fake = sample(gan, self.count, self.seed, len(dataset.classes))
        describe = made_of(gan, self.section, len(dataset), generated, self.seed)
        known = known_of(dataset, gan, self.count)
        return evaluate(self.metrics, self.features, self.real, fake, describe, known=known)


def _remembering(extract: Callable, examples: np.ndarray) -> Callable:
    """Return a function that extracts the features of these examples only once."""
    known = []

    def remembered(others: np.ndarray):
        if others is not examples:
            return extract(others)
        if not known:
            known.append(extract(others))
        return known[0]

    return remembered
