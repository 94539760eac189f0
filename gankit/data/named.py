"""Things by name, where a name that is missing is the user's to mend."""

from collections import UserDict
from collections.abc import Mapping
from typing import Any, NoReturn

from gankit.errors import GankitError
from gankit.messages import listed


class Named(UserDict[str, Any]):
    """A mapping that says what it has where a name is missing; Keras does not track it.

    Args:
        things: By name.
        where: What has them, as the error says it: `the data has no`.
        hint: What to do where a name is missing.

    Raises:
        GankitError: On asking for a name that it does not have, other than with `get`.
    """

    def __init__(self, things: Mapping[str, Any], where: str = "there is no", hint: str = ""):
        super().__init__(things)
        self.where = where
        self.hint = hint

    def __missing__(self, name: str) -> NoReturn:
        raise GankitError(f"{self.where} {name!r}. It has: {listed(sorted(self))}", self.hint)

    def get(self, name: str, default: Any = None) -> Any:
        """Return what has this name, or the default; Python 3.11's own would ask first."""
        return self.data.get(name, default)


def arrays(things: Mapping[str, Any]) -> Named:
    """Return what a dataset has, by name."""
    return Named(things, "the data has no array", "choose another dataset: gankit list datasets")
