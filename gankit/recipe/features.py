"""Chooses features by name, for a recipe or a command."""

from collections.abc import Mapping
from typing import Any

from gankit.discovery.part import Part
from gankit.discovery.part_options import options
from gankit.discovery.plugins import Catalogue
from gankit.errors import GankitError
from gankit.messages import shown
from gankit.recipe.section import Section

TYPED = {"network": "--features {part}:NETWORK", "weights": "--weights FILE"}
TABLE = "set them in a table, [scoring.features]: gankit show {part}"


def choose_features(name: str, catalogue: Catalogue, hint: str = "", **given: Any) -> Section:
    """Return the features with this name.

    Args:
        name: The name of the part; the text after a colon is its option `network`.
        catalogue: The parts to choose from.
        hint: What to do if a required option is missing; `{part}` stands for the part's name.
        given: Other options. None, False and empty values count as not given.

    Raises:
        GankitError: No features have this name, or they require other options.
    """
    word, _, network = name.partition(":")
    try:
        part = catalogue.find("features", word)
    except GankitError as error:
        raise GankitError(f"{shown(word)} {error.message}", error.hint) from error
    given = {option: value for option, value in {"network": network, **given}.items() if value}
    _check(part, given, hint)
    return Section(part.name, given, part)


def _check(part: Part, given: Mapping[str, Any], hint: str) -> None:
    known = {option.name: option for option in options(part)}
    unknown = [option for option in given if option not in known]
    if unknown:
        message = f"the features {shown(part.name)} have no option {' or '.join(unknown)}"
        raise GankitError(message, f"gankit show {part.name}")
    missing = [n for n, o in known.items() if o.default is o.empty and n not in given]
    if missing:
        typed = " and ".join(TYPED.get(name, name) for name in missing)
        hint = hint or f"give {typed}; see gankit show {{part}}"
        message = f"the features {shown(part.name)} require {' and '.join(missing)}"
        raise GankitError(message, hint.format(part=part.name))
