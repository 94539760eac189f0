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
        return self.of_samples(*self.samples(gan), generated, "generator" in gan.averages)

    def samples(self, gan: GAN) -> tuple[np.ndarray, np.ndarray | None]:
        """Return samples of a generator, and the labels that it was asked for, if it takes any.

        Raises:
            GankitError: The generator takes images, not noise.
        """
        given = conditions_of(gan, self.dataset, self.count, self.seed)
        return sample(gan, self.count, self.seed, given), given.get("labels")

    def of_samples(
        self,
        fake: np.ndarray,
        labels: np.ndarray | None,
        generated: str,
        averaged: bool | None,
    ) -> Scores:
        """Return the scores of samples.

        Args:
            fake: Samples (count, …).
            labels: The requested classes (count,), if they are known.
            generated: The source of the samples.
            averaged: Whether they are of averaged weights; None if only some are.
        """
        data, section = self.dataset, self.section
        source = Source(
            real=f"the {len(data):,} training examples of {section.name}",
            generated=generated,
            averaged=averaged,
            seed=self.seed,
            backend=str(running_backend()),
            split=str(section.options.get("split", "all")),
        )
        real = real_examples(data, self.count, self.seed)
        known = class_inputs(data)
        if known and labels is not None:  # a generator without labels was asked for none
            known["fake_labels"] = labels
        examples = Examples(real, fake, source, self.held_out, known)
        return evaluate(self.metrics, self.features, examples)
