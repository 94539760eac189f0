"""Scores of a game's generator."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gankit.backend import running_backend
from gankit.data.dataset import Dataset
from gankit.discovery.part import Part
from gankit.game.gan import GAN
from gankit.game.sampling import conditions_of, sample
from gankit.recipe.recipe import Recipe
from gankit.recipe.section import Section
from gankit.recipe.settings import Direction, all_directions
from gankit.scoring.evaluate import Examples, Scores, Source, check_held_out, evaluate
from gankit.scoring.examples import class_inputs, labelled, real_examples
from gankit.scoring.features import Features, recipe_features


@dataclass(frozen=True)
class Scorer:
    """Scores a generator against the data that it is trained on.

    The noise and the real examples are the same each time. Only the generator's weights are read;
    the game's random state does not change.
    """

    metrics: Mapping[str, Part]
    features: Features
    section: Section  # the recipe's [dataset]
    dataset: Dataset
    count: int  # of samples, and at most of real examples
    seed: int
    held_out: np.ndarray | None = None
    better: Mapping[str, Direction] = field(default_factory=dict)  # by score
    best_by: str | None = None  # the score that chooses the best checkpoint

    def __post_init__(self) -> None:
        if self.held_out is not None:  # before anything is sampled
            check_held_out(self.held_out, self.dataset.spec.shape)

    @classmethod
    def of_recipe(
        cls, recipe: Recipe, dataset: Dataset, gan: GAN, count: int | None = None
    ) -> "Scorer":
        """Return the scorer of a recipe with metrics; `count` replaces the recipe's.

        Raises:
            GankitError: The features do not exist, or the generator takes images.
        """
        _ = gan.noise_shape  # raises if the generator takes images
        settings = recipe.scoring
        better = all_directions(metric.part for metric in recipe.metrics)
        return cls(
            metrics={metric.name: metric.bound() for metric in recipe.metrics},
            features=recipe_features(recipe, labelled(dataset)),
            section=recipe.dataset,
            dataset=dataset,
            count=count or settings.count,
            seed=recipe.seed,
            better=better,
            best_by=settings.best or next(iter(better), None),
        )

    def __call__(self, gan: GAN, generated: str) -> Scores:
        """Return the scores of a generator; `generated` names it in the provenance."""
        data, section = self.dataset, self.section
        source = Source(
            real=f"the {len(data):,} training examples of {section.name}",
            generated=generated,
            averaged="generator" in gan.averages,
            seed=self.seed,
            backend=str(running_backend()),
            split=str(section.options.get("split", "all")),
        )
        given = conditions_of(gan, data, self.count, self.seed)
        fake = sample(gan, self.count, self.seed, given)  # an error without noise
        real = real_examples(data, self.count, self.seed)
        examples = Examples(real, fake, source, self.held_out, self._labels(given))
        return evaluate(self.metrics, self.features, examples)

    def _labels(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return what is known about labels; a generator without labels was asked for none."""
        known = class_inputs(self.dataset)
        if known and "labels" in given:
            known["fake_labels"] = given["labels"]
        return known
