"""The space of a sweep: which options of a recipe change, checked by the schemas of the parts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gankit.discovery.plugins import Catalogue
from gankit.errors import GankitError
from gankit.messages import shown
from gankit.recipe.overrides import override
from gankit.recipe.problems import Place, Problem, Refusal, Scope, found
from gankit.recipe.recipe import check_recipe
from gankit.sweep.folder import leaves

if TYPE_CHECKING:
    from optuna import Trial

Table = Mapping[str, Any]
Number = int | float
HOW = "give a range, { low = …, high = … }, or an array of choices"
FIXED = ("metrics", "scoring")


class RangeTable(BaseModel):
    """A range as a space gives it."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    low: Number
    high: Number
    log: bool = False
    step: Annotated[Number, Field(gt=0)] | None = None


@dataclass(frozen=True)
class Range:
    """A range of numbers, both ends included.

    Args:
        low: The lowest number.
        high: The highest number.
        log: Whether the logarithms of the numbers are uniform, so that all sizes are as frequent.
        step: The distance between two numbers; None for any number.
        whole: Whether only integers are allowed.
    """

    low: Number
    high: Number
    log: bool = False
    step: Number | None = None
    whole: bool = False

    def probes(self) -> list[Number]:
        """Return the values that tell whether all of the range are allowed."""
        inside = [self.low + self.step] if self.step and self.low < self.high else []
        return [self.low, self.high, *inside]

    def suggest(self, trial: "Trial", key: str) -> Number:
        """Return a value, chosen by Optuna."""
        if not self.whole:
            return trial.suggest_float(key, self.low, self.high, step=self.step, log=self.log)
        low, high, step = int(self.low), int(self.high), int(self.step or 1)
        return trial.suggest_int(key, low, high, step=step, log=self.log)

    def value(self, param: Any) -> Any:
        """Return the value of the option that a parameter of a trial stands for."""
        return param


@dataclass(frozen=True)
class Choices:
    """Some values, in TOML's types; tables and arrays have their JSON as Optuna's parameter."""

    values: tuple[Any, ...]

    def probes(self) -> list[Any]:
        """Return all values."""
        return list(self.values)

    def suggest(self, trial: "Trial", key: str) -> Any:
        """Return a value, chosen by Optuna."""
        return self.value(trial.suggest_categorical(key, list(map(_param, self.values))))

    def value(self, param: Any) -> Any:
        """Return the value of the option that a parameter of a trial stands for."""
        return next(value for value in self.values if _param(value) == param)


@dataclass(frozen=True)
class Space:
    """The options that change, by their dotted keys in the recipe."""

    options: Mapping[str, Range | Choices]

    def suggest(self, trial: "Trial") -> None:
        """Let Optuna choose the value of each option."""
        for key, option in self.options.items():
            option.suggest(trial, key)

    def recipe(self, base: Table, params: Table) -> dict[str, Any]:
        """Return the table of a recipe with the options of a trial."""
        values = {key: self.options[key].value(param) for key, param in params.items()}
        return changed(base, values, "the space")


def read_space(space: Table, base: Table, catalogue: Catalogue, source: str) -> Space:
    """Return a checked space.

    Args:
        space: The table of its file: ranges and choices by dotted keys.
        base: The table of a recipe without problems.
        catalogue: The parts that it may name.
        source: The file, for errors.

    Raises:
        Refusal: The space has problems; the error names them all.
    """
    options: dict[str, Range | Choices] = {}
    problems: list[Problem] = []
    for key, given in leaves(space):
        try:
            option = _option(key, given)
            changed(base, {key: option.probes()[0]}, source)
            options[key] = option
        except Refusal as error:
            problems += error.problems
        except GankitError as error:  # of an item that the recipe lacks
            message = error.message.removeprefix(f"{source}: ")
            problems.append(Problem((key,), message, error.hint))
    inner = [problem for key in options for problem in _inside_another(key, options)]
    problems += inner or (_problems(options, base, catalogue, source) if options else [])
    if not options and not problems:
        problems = [Problem(("the space",), "is empty", HOW)]
    if problems:
        raise Refusal(source, problems)
    return Space({key: _typed(key, options, base, catalogue) for key in options})


def changed(base: Table, values: Table, source: str) -> dict[str, Any]:
    """Return a table with the values of dotted keys, all changed at once."""
    nested: dict[str, Any] = {}
    for key, value in values.items():
        *above, last = key.split(".")
        table = nested
        for word in above:
            table = table.setdefault(word, {})
        table[last] = value
    return override(base, nested, source)


def _option(key: str, given: Any) -> Range | Choices:
    if key.split(".")[0] in FIXED:
        message = "cannot change, since trials are compared by it"
        raise _refused(key, message, f"set it for all trials: --set {key}=…")
    if isinstance(given, list) and given:
        return Choices(tuple(given))
    received = f"Received: {shown(given)}"
    if not isinstance(given, Mapping):
        raise _refused(key, f"should be a range or some choices. {received}", HOW)
    try:
        made = Range(**dict(RangeTable.model_validate_json(json.dumps(given))))
    except ValidationError as error:
        scopes: dict[Place, Scope] = {(): Scope(tuple(RangeTable.model_fields), HOW)}
        inner = [replace(p, place=(key, *p.place)) for p in found(error, given, scopes)]
        raise Refusal("", inner) from error
    if made.low > made.high:
        raise _refused(key, f"has a low end above its high end. {received}", HOW)
    if made.log and (made.low <= 0 or made.step):
        raise _refused(key, f"needs a low end above 0 and no step for log = true. {received}", HOW)
    return made


def _refused(key: str, message: str, hint: str) -> Refusal:
    return Refusal("", [Problem((key,), message, hint)])


def _inside_another(key: str, options: Table) -> list[Problem]:
    outer = [other for other in options if key.startswith(f"{other}.")]
    return [Problem((key,), f"is inside {other}, which changes too") for other in outer]


def _problems(
    options: Mapping[str, Range | Choices], base: Table, catalogue: Catalogue, source: str
) -> list[Problem]:
    """Return what is wrong with the values of the options, each changed beside the first values."""
    first = {key: option.probes()[0] for key, option in options.items()}
    points = [first | {key: value} for key, o in options.items() for value in o.probes()]
    problems = [each for point in points for each in _of_point(point, base, catalogue, source)]
    return list({(problem.place, problem.message): problem for problem in problems}.values())


def _of_point(values: Table, base: Table, catalogue: Catalogue, source: str) -> list[Problem]:
    try:
        table = changed(base, values, source)
        check_recipe(table, catalogue, source)
    except Refusal as error:
        return [replace(each, place=_named(each.place, table)) for each in error.problems]
    except GankitError as error:
        return [Problem(("the space",), error.message, error.hint)]
    return []


def _named(place: Place, table: Any) -> Place:
    """Return a place with the names of parts instead of their numbers."""
    named: Place = ()
    for key in place:
        known = isinstance(key, int) and isinstance(table, list) and key < len(table)
        table = table[key] if known or (isinstance(table, Mapping) and key in table) else None
        name = table.get("name", key) if known and isinstance(table, Mapping) else key
        named = (*named, name)
    return named


def _typed(
    key: str, options: Mapping[str, Range | Choices], base: Table, catalogue: Catalogue
) -> Range | Choices:
    """Return an option that is whole where the recipe accepts only integers."""
    option = options[key]
    if not isinstance(option, Range) or option.low == option.high:
        return option
    first = {key: option.probes()[0] for key, option in options.items()}
    between = option.low + 0.5 * (option.step or 1)
    integers = all(isinstance(n, int) for n in (option.low, option.high, option.step or 1))
    if integers and (option.step or _of_point(first | {key: between}, base, catalogue, "")):
        return replace(option, whole=True)
    return option


def _param(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else json.dumps(value)
