"""Features: the numbers by which metrics compare examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gankit.data.dataset import Dataset
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.recipe.features import choose_features

NO_WEIGHTS = "none"


@dataclass(frozen=True)
class Features:
    """How examples become features.

    Args:
        name: What the choice is called.
        weights: The digest of the network's weights; `none` where there is no network.
        resizer: What brings images to the network's size.
        extract: From examples in [−1, 1] or points, (count, …), to features (count, size).
        classify: From features to the probabilities of classes, (count, classes).
        classes: The names of these classes, where they are those of the data.
        accuracy: The share of held-out examples whose class is right, where they are.
        titles: What scores of these features are called, by their names; any other score gets the
            name of the features behind its own.
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
        """Return what people are told that a score of these features is."""
        return self.titles.get(score, f"{score} ({self.name})")


def features(
    name: str,
    data: Dataset | None = None,
    weights: Path | None = None,
    download: bool = False,
    catalogue: Catalogue | None = None,
) -> Features:
    """Return features by name.

    Where they need a network, Keras is imported: set its backend before.

    Args:
        name: Of the part; what is behind a colon in it is the part's option `network`.
        data: Labelled examples to learn from, where there are any.
        weights: A file of the network's weights.
        download: Whether weights may be downloaded.
        catalogue: The parts to choose from; those that are installed if left out.

    Raises:
        GankitError: There are none of this name, or they need something else.
    """
    catalogue = catalogue or load_plugins()
    named = choose_features(name, catalogue, weights=weights and str(weights), download=download)
    made: Features = named.make(data=data)
    return made
