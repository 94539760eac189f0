"""The problems of a recipe, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from gankit.errors import GankitError
from gankit.messages import LONGEST, cut, listed, shown, suggestion

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One problem of a recipe.

    Args:
        place: The keys and indices that lead to it.
        message: What is wrong, what is allowed and what was received.
        hint: What to type next.
    """

    place: Place
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = cut(".".join(map(str, self.place)), 2 * LONGEST)
        hint = f"    → {self.hint}" if self.hint else ""
        return "\n".join(filter(None, (f"  {place}", f"    {self.message}", hint)))


@dataclass(frozen=True)
class Scope:
    """The keys that a table of a recipe may have, and the command that describes it."""

    names: Sequence[str] = ()
    hint: str = ""


class Refusal(GankitError):
    """One error that shows all problems of a recipe."""

    def __init__(self, source: str, problems: Sequence[Problem]):
        count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"{source} has {count}:", *map(str, problems)]))
        self.problems = problems


def found(
    error: ValidationError, table: Mapping[str, Any], scopes: Mapping[Place, Scope]
) -> list[Problem]:
    """Return pydantic's errors on a table as problems, one for each place."""
    problems: dict[Place, Problem] = {}
    for detail in error.errors(include_url=False):
        place = _place_in(table, detail["loc"], detail["type"] == "missing")
        problem = Problem(place, _message(detail, place, scopes), _scope(place, scopes).hint)
        other = problems.get(place)
        problems[place] = _either(other, problem) if other else problem
    return list(problems.values())


def _place_in(table: Any, loc: Place, missing: bool) -> Place:
    """Return a location without pydantic's names for the branches of a union."""
    place: Place = ()
    key: Any
    for key in loc:
        keys = range(len(table)) if isinstance(table, list) else table
        if isinstance(table, Mapping | list) and key in keys:
            table, place = table[key], (*place, key)
    return (*place, loc[-1]) if missing else place


def _scope(place: Place, scopes: Mapping[Place, Scope]) -> Scope:
    """Return the innermost known table around a place."""
    parents = (place[:end] for end in range(len(place), -1, -1))
    return next((scopes[parent] for parent in parents if parent in scopes), Scope())


def _message(detail: Mapping[str, Any], place: Place, scopes: Mapping[Place, Scope]) -> str:
    if detail["type"] == "missing":
        return "is missing"
    received = f"Received: {shown(detail['input'])}"
    if detail["type"] == "extra_forbidden":
        names = _scope(place[:-1], scopes).names
        return f"is unknown.{suggestion(place[-1], names)} Allowed: {listed(names)}. {received}"
    text = detail["msg"].replace("Input should", "should").removeprefix("Value error, ")
    text = text.replace("valid dictionary", "table").replace("an object", "a table")
    words = re.findall("'([^']*)'", text) if detail["type"] == "literal_error" else ()
    return f"{text}.{suggestion(detail['input'], words)} {received}"


def _either(one: Problem, other: Problem) -> Problem:
    head, _, received = one.message.rpartition(" Received: ")
    text, _, _ = other.message.rpartition(" Received: ")
    return Problem(one.place, f"{head.rstrip('.')}, or {text} Received: {received}", one.hint)
