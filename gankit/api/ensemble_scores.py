"""Scores of an ensemble: of a mixture of the samples of several runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gankit.api.mixture import choice, probabilities
from gankit.errors import GankitError
from gankit.messages import shown
from gankit.recipe.settings import all_directions
from gankit.run.folder import RunFolder
from gankit.run.load import Restored
from gankit.run.score_file import add
from gankit.run.scores import ensemble_line, source
from gankit.scoring.evaluate import Scores
from gankit.scoring.scorer import Scorer

Weights = Path | str | Sequence[float] | None


@dataclass(frozen=True)
class Member:
    """A run of an ensemble, and the fraction of samples that are drawn from it."""

    run: RunFolder
    restored: Restored
    fraction: float

    @property
    def source(self) -> str:
        """What provenance calls it."""
        place = self.restored.place
        return f"{self.fraction:.4g} × {source(self.run, place.steps, self.restored.epoch)}"

    @property
    def data(self) -> str | None:
        """The digest of the data that it was trained on; None if its run does not tell."""
        facts = self.run.read_facts()["data"][self.restored.place.stage]
        digest: str | None = facts.get("digest")
        return digest


def fractions(weights: Weights, count: int) -> np.ndarray:
    """Return the fractions of the runs of an ensemble, (count,), from weights or a text of them.

    Raises:
        GankitError: They are not numbers, or do not fit.
    """
    words = weights.split(",") if isinstance(weights, str) else weights or ()
    try:
        numbers = [float(word) for word in words]  # type: ignore[union-attr]
    except (TypeError, ValueError):
        raise GankitError(
            f"the weights of an ensemble are numbers W,W,… Received: {shown(str(weights))}",
            "to also use a weights file for the features, name it in the recipe: gankit show PART",
        ) from None
    return probabilities(numbers, count)


def add_scores(members: Sequence[Member], scorer: Scorer) -> Scores:
    """Score the mixture of several runs, and add the scores to the folder of the first.

    Raises:
        GankitError: The runs have different data.
    """
    _check_data(members)
    scores = scorer.of_samples(*_mixed(members, scorer), _source(members), _averaged(members))
    told = [
        {
            "run": str(each.run.path),
            "checkpoint": each.restored.place.name,
            "epoch": each.restored.epoch,
            "step": each.restored.place.steps,
            "fraction": each.fraction,
        }
        for each in members
    ]
    better = all_directions(scorer.metrics.values())
    add(members[0].run.ensembles, ensemble_line(told, scores, better))
    return scores


def _mixed(members: Sequence[Member], scorer: Scorer) -> tuple[np.ndarray, np.ndarray | None]:
    """Return samples of the mixture, and the requested classes if every generator takes them."""
    which = choice(scorer.count, np.array([each.fraction for each in members]), scorer.seed)
    parts = [scorer.samples(each.restored.gan) for each in members]
    places = which, np.arange(scorer.count)
    fake = np.stack([samples for samples, _ in parts])[places]
    known = [labels for _, labels in parts if labels is not None]
    return fake, np.stack(known)[places] if len(known) == len(parts) else None


def _source(members: Sequence[Member]) -> str:
    """Return what provenance calls the samples; one run alone is no mixture."""
    if len(members) == 1:
        return members[0].source.partition(" × ")[2]
    return f"a mixture: {'; '.join(each.source for each in members)}"


def _averaged(members: Sequence[Member]) -> bool | None:
    found = {"generator" in each.restored.gan.averages for each in members}
    return found.pop() if len(found) == 1 else None


def _check_data(members: Sequence[Member]) -> None:
    first = members[0]
    for other in members[1:]:
        shapes = [dict(each.restored.spec.shapes) for each in (first, other)]
        if shapes[0] != shapes[1] or (first.data and other.data and first.data != other.data):
            raise GankitError(
                f"the runs of an ensemble must have the same data. Received: {first.run.path} with "
                f"{_described(first)}, {other.run.path} with {_described(other)}",
                "leave out the runs with other data, or draw images with gankit sample and score "
                "the folders",
            )


def _described(member: Member) -> str:
    section, shapes = member.restored.recipe.dataset, member.restored.spec.shapes
    images = " × ".join(map(str, shapes.get("images", ())))
    return f"{section.name}, {images}, digest {member.data}"
