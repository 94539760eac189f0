"""Choosing examples of a dataset by the values of its arrays."""

from collections.abc import Mapping

import numpy as np

from gankit.data.dataset import Dataset
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion

Where = Mapping[str, str | float]


def places(dataset: Dataset, where: Where) -> np.ndarray:
    """Return the places of the examples that have all these values.

    Args:
        dataset: The data.
        where: Values by array, such as `labels`, or by array and column, such as
            `attributes.smiling` or `attributes.3`. A label is a class's name or index.

    Raises:
        GankitError: There is no such array, column, class or example.
    """
    found = np.ones(len(dataset), bool)
    for name, value in where.items():
        found &= _column(dataset, name) == _number(dataset, name, value)
    if not found.any():
        wanted = ", ".join(f"{name}={value}" for name, value in where.items())
        raise GankitError(f"no example has {wanted}", "ask for fewer values at once")
    return np.flatnonzero(found)


def _column(dataset: Dataset, name: str) -> np.ndarray:
    array, _, column = name.partition(".")
    values = np.asarray(dataset.arrays[array])
    if values.ndim == 1 and not column:
        return values
    if values.ndim != 2:
        raise GankitError(
            f"examples are selected by arrays of one or two dimensions. {array} has {values.ndim}"
        )
    names = dataset.columns.get(array, ())
    if column in names:
        return np.asarray(values[:, names.index(column)])
    if column.isdecimal() and int(column) < values.shape[1]:
        return np.asarray(values[:, int(column)])
    allowed = names or [str(place) for place in range(values.shape[1])]
    raise GankitError(
        f"{array} has no column {shown(column)}.{suggestion(column, allowed)} "
        f"Allowed: {listed(allowed)}",
        f"{array}.{allowed[0]}=VALUE",
    )


def _number(dataset: Dataset, name: str, value: str | float) -> float:
    if name == "labels" and str(value) in dataset.classes:
        return list(dataset.classes).index(str(value))
    try:
        return float(value)
    except ValueError:
        classes = f" Allowed: {listed(dataset.classes)}" if name == "labels" else ""
        raise GankitError(
            f"{name} must be a number. Received: {shown(str(value))}.{classes}"
        ) from None
