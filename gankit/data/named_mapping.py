"""Mappings whose missing names are errors that the user can fix."""

from collections import UserDict
from collections.abc import Mapping
from typing import Any, NoReturn

from gankit.errors import GankitError
from gankit.messages import listed


class Named(UserDict[str, Any]):  # which Keras does not track
    """A mapping with an error that lists its names where one is missing.

    Args:
        things: By name.
        where: The start of the error: `the data has no array`.
        hint: Of the error.

    Raises:
        GankitError: There is nothing of a name, other than with `get`.
    """

    def __init__(self, things: Mapping[str, Any], where: str = "there is no", hint: str = ""):
        super().__init__(things)
        self.where = where
        self.hint = hint

    def __missing__(self, name: str) -> NoReturn:
        raise GankitError(f"{self.where} {name!r}. It has: {listed(sorted(self))}", self.hint)

    def get(self, name: str, default: Any = None) -> Any:
        """Return what has this name, or the default."""
        return self.data.get(name, default)  # Python 3.11's own would raise


def arrays(things: Mapping[str, Any]) -> Named:
    """Return the arrays of a dataset, or their shapes, by name."""
    return Named(things, "the data has no array", "choose another dataset: gankit list datasets")
