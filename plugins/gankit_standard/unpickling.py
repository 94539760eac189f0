"""Pickles that may call only what they are allowed to."""

import pickle
from collections.abc import Mapping
from typing import IO, Any


class Unpickler(pickle.Unpickler):
    """Unpickles numbers, strings, lists, dictionaries, and what it is allowed to call."""

    def __init__(
        self, file: IO[bytes], allowed: Mapping[tuple[str, str], Any], encoding: str = "ASCII"
    ):
        super().__init__(file, encoding=encoding)
        self.allowed = allowed

    def find_class(self, module: str, name: str) -> Any:
        """Return what a pickle names, if it is allowed."""
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"it wants to call {module}.{name}")
        return self.allowed[module, name]
