"""Features: the numbers by which metrics compare examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gankit.data.dataset import Dataset
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.recipe.features import choose_features
from gankit.recipe.section import Section

if TYPE_CHECKING:
    from gankit.recipe.recipe import Recipe

NO_WEIGHTS = "none"


@dataclass(frozen=True)
class Features:
    """How examples become features.

    Args:
        name: What results are labelled with.
        weights: The digest of the network's weights; `none` without a network.
        resizer: What resizes images for the network.
        extract: From examples in [−1, 1] or points, (count, …), to features (count, size).
        classify: From features to class probabilities, (count, classes).
        classes: The names of these classes, if they are those of the data.
        accuracy: The accuracy on held-out examples, likewise.
        titles: How scores of these features are displayed, by name; any other is followed by the
            name of the features.
    """

    name: str
    weights: str
    resizer: str
    extract: Callable[[np.ndarray], np.ndarray]
    classify: Callable[[np.ndarray], np.ndarray] | None = None
    classes: Sequence[str] = ()
    accuracy: float | None = None
    titles: Mapping[str, str] = field(default_factory=dict)

    def title(self, score: str) -> str:
        """Return how a score of these features is displayed."""
        return self.titles.get(score, f"{score} ({self.name})")


def features(
    name: str,
    data: Dataset | None = None,
    weights: Path | str = "",
    catalogue: Catalogue | None = None,
) -> Features:
    """Return features by name, or by `NAME:NETWORK`, which sets the option `network`.

    Features of a network import Keras: choose its backend first. `data` is labelled data to learn
    from; the catalogue is by default that of all installed parts.

    Raises:
        GankitError: There are no such features, or an option is missing or unknown.
    """
    section = choose_features(name, catalogue or load_plugins(), weights=str(weights))
    made: Features = section.make(data=data)
    return made


def recipe_features(recipe: "Recipe", data: Dataset | None = None) -> Features:
    """Return the features of a recipe with metrics; `data` is labelled data to learn from."""
    section = recipe.scoring.features
    assert isinstance(section, Section)  # a name only without metrics
    made: Features = section.make(data=data)
    return made
