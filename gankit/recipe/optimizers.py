"""Keras' optimizers and learning rate schedules as parts that a recipe can name."""

import inspect
import re
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any

import keras
from pydantic import Field

from gankit.discovery import part_options
from gankit.discovery.part import Part

Number = int | float
LearningRate = Annotated[float, Field(ge=0)]
BelowOne = Annotated[float, Field(ge=0, lt=1)]


@cache
def optimizers() -> dict[str, Part]:
    """Return the optimizers by their class names in lower case."""
    wrappers = (keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer)
    classes = _classes(keras.optimizers, keras.optimizers.Optimizer)
    usable = {n: c for n, c in classes.items() if c not in wrappers and not _has_required(c)}
    return {name.lower(): _part("optimizers", name.lower(), c) for name, c in usable.items()}


@cache
def schedules() -> dict[str, Part]:
    """Return the schedules by their class names in lower case with hyphens."""
    parent = keras.optimizers.schedules.LearningRateSchedule
    classes = _classes(keras.optimizers.schedules, parent)
    named = {_kebab(name): c for name, c in classes.items() if c is not parent}
    return {name: _part("schedules", name, c) for name, c in named.items()}


KERAS_PARTS = {"optimizers": optimizers, "schedules": schedules}


def model(part: Part, learning_rate: Any = LearningRate) -> type[part_options.SectionModel]:
    """Return the pydantic model of a section that names an optimizer or a schedule.

    Keras annotates nothing: a parameter has the type of its default, or is a number or an array.
    """
    types = {p.name: _type(p.default) for p in part_options.options(part)}
    types |= {name: BelowOne for name in types if name.startswith("beta_")}
    return part_options.model(part, types | {"learning_rate": learning_rate})


def any_rate() -> Any:
    """Return the type of a learning rate: a number, or a table that names a schedule."""
    return reduce(or_, map(model, schedules().values()), LearningRate)


def _part(kind: str, name: str, given: type) -> Part:
    return Part(kind, name, f"keras {keras.__version__}", given)


def _classes(module: Any, parent: type) -> dict[str, type]:
    found = sorted(vars(module).items())
    return {n: value for n, value in found if inspect.isclass(value) and issubclass(value, parent)}


def _has_required(function: type) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(p.default is p.empty and p.kind is not p.VAR_KEYWORD for p in parameters)


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _type(default: Any) -> Any:
    if isinstance(default, bool | str | float):
        return type(default)
    if isinstance(default, int):
        return Number
    return Number | None if default is None else float | list[float]
