"""Features: the numbers by which metrics compare examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gankit.dataset import Dataset
from gankit.errors import GankitError
from gankit.part import Part
from gankit.plugins import Catalogue, load_plugins
from gankit.schema import options
from gankit.section import Section
from gankit.spelling import shown

NO_WEIGHTS = "none"


@dataclass(frozen=True)
class Features:
    """How examples become features.

    Args:
        name: What the choice is called.
        weights: The digest of the network's weights; `none` where there is no network.
        resizer: What brings pictures to the network's size.
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
    part, network = _named(name, catalogue or load_plugins())
    asked = {"network": network, "weights": weights and str(weights), "download": download}
    given = {option: value for option, value in asked.items() if value}
    _check(part, given)
    return made(Section(part.name, given, part), data)


def chosen(name: str, catalogue: Catalogue) -> Section:
    """Return the features that a recipe chooses by a name alone.

    Args:
        name: As of `features`.
        catalogue: The parts to choose from.

    Raises:
        GankitError: There are none of this name, or they need options too.
    """
    part, network = _named(name, catalogue)
    given = {"network": network} if network else {}
    _check(part, given, f"a table gives options, [scoring.features]: gankit show {part.name}")
    return Section(part.name, given, part)


def made(section: Section, data: Dataset | None) -> Features:
    """Return the features of a part and its options.

    Args:
        section: The part.
        data: Labelled examples to learn from, where there are any.

    Raises:
        GankitError: They cannot be made, or are none.
    """
    found = section.make(data=data)
    if not isinstance(found, Features):
        raise GankitError(
            f"{section.part} must return a gankit.Features. Received: {shown(repr(found))}"
        )
    return found


def _named(name: str, catalogue: Catalogue) -> tuple[Part, str]:
    part, _, network = name.partition(":")
    try:
        return catalogue.find("features", part), network
    except GankitError as error:
        raise GankitError(f"{shown(part)} {error.message}", error.hint) from error


def _check(part: Part, given: Mapping[str, Any], hint: str = "") -> None:
    """Raise an error where an option is given in vain, or a necessary one is not."""
    known = {option.name: option for option in options(part)}
    vain = [option for option in given if option not in known]
    if vain:
        raise GankitError(
            f"the features {shown(part.name)} have no {' and no '.join(vain)}",
            f"gankit show {part.name}",
        )
    missing = [n for n, o in known.items() if o.default is o.empty and n not in given]
    if missing:
        spelled = {"network": f"--features {part.name}:NETWORK", "weights": "--weights FILE"}
        typed = " and ".join(spelled.get(name, name) for name in missing)
        raise GankitError(
            f"the features {shown(part.name)} need {' and '.join(missing)}",
            hint or f"give {typed}; see gankit show {part.name}",
        )
