"""All stages of a recipe, built once before the first one trains."""

from collections.abc import Iterator, Sequence

import keras

from gankit.game.compatibility import incompatibilities
from gankit.game.gan import GAN
from gankit.recipe.recipe import Recipe
from gankit.run.experiment import Experiment, assemble


def tried(stages: Sequence[Recipe], start: GAN | None = None) -> list[str]:
    """Build each stage, and return what their parts warn of, each warning once.

    Args:
        stages: Their recipes.
        start: The game of another run, whose weights the first stage starts from.

    Raises:
        GankitError: Data cannot be read, or parts of a stage do not fit each other.
    """
    found: dict[str, str] = {}
    experiment = None
    for number, stage in enumerate(stages, 1):
        experiment = assemble(stage, experiment, start)
        if stage.metrics:
            _ = experiment.gan.noise_shape  # raises if there is nothing to score
        for warning in warnings(experiment):
            found.setdefault(warning, f"stage {number}: {warning}" if number > 1 else warning)
    del experiment
    keras.utils.clear_session()  # so that variables are named as in a run that resumes
    return list(found.values())


def warnings(experiment: Experiment) -> Iterator[str]:
    """Yield what the parts of a stage warn of."""
    return map(str, incompatibilities(experiment.gan, experiment.dataset))
