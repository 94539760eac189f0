"""Keras' optimizers and learning rate schedules, as parts that a recipe names."""

import inspect
import re
from collections.abc import Mapping
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any

import keras
from pydantic import Field

from gankit.discovery.part import Part
from gankit.recipe import schema

Number = int | float
LearningRate = Annotated[float, Field(ge=0)]


@cache
def optimizers() -> dict[str, Part]:
    """Return the optimizers, by their class names in lower case."""
    wrappers = (keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer)
    classes = _classes(keras.optimizers, keras.optimizers.Optimizer)
    return {
        name.lower(): Part("optimizers", name.lower(), f"keras {keras.__version__}", optimizer)
        for name, optimizer in classes.items()
        if optimizer not in wrappers and not _required(optimizer)
    }


@cache
def schedules() -> dict[str, Part]:
    """Return the schedules, by their class names in lower case with hyphens."""
    parent = keras.optimizers.schedules.LearningRateSchedule
    return {
        _kebab(name): Part("schedules", _kebab(name), f"keras {keras.__version__}", schedule)
        for name, schedule in _classes(keras.optimizers.schedules, parent).items()
        if schedule is not parent
    }


def model(part: Part, learning_rate: Any = LearningRate) -> type[schema.SectionModel]:
    """Return the pydantic model of a section that names an optimizer or a schedule.

    Keras annotates nothing: a parameter is of its default's type, else a number or an array.

    Args:
        part: The optimizer or the schedule.
        learning_rate: The type of the option of this name.
    """
    types = {p.name: _type(p.default) for p in schema.options(part)}
    return schema.model(part, types | {"learning_rate": learning_rate})


def any_rate() -> Any:
    """Return the type of a learning rate: a number, or a table that names a schedule."""
    return reduce(or_, map(model, schedules().values()), LearningRate)


def _classes(module: Any, parent: type) -> Mapping[str, type]:
    return {
        name: value
        for name, value in sorted(vars(module).items())
        if inspect.isclass(value) and issubclass(value, parent)
    }


def _required(function: type) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _type(default: Any) -> Any:
    if isinstance(default, bool | str | float):
        return type(default)
    if isinstance(default, int):
        return Number
    return Number | None if default is None else float | list[float]
