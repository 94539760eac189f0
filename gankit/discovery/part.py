"""A part of a plugin: found by name, imported only when needed."""

import ast
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from gankit.discovery import docstring
from gankit.discovery.kinds import ALL_KINDS
from gankit.errors import GankitError
from gankit.messages import reason


@dataclass(frozen=True)
class Part:
    """A part that a recipe can name, such as a dataset or a loss.

    Args:
        kind: The plural noun of its hook, e.g. `"losses"`.
        name: Its name in recipes.
        plugin: The plugin that provides it, as errors name it.
        given: The class or function, or its object reference `"module:attribute"`.
        distribution: The distribution that ships it; empty for a file.
    """

    kind: str
    name: str
    plugin: str
    given: Callable[..., Any] | str = field(repr=False)
    distribution: str = ""

    @property
    def summary(self) -> str:
        """The first paragraph of its docstring."""
        return docstring.summary(self.about)

    @property
    def about(self) -> str | None:
        """Its docstring, read without importing the part."""
        if isinstance(self.given, str):
            return _unimported_docstring(self.given)
        return self.given.__doc__

    def load(self) -> Any:
        """Return the class or function.

        Raises:
            GankitError: It cannot be imported, or breaks the contract of its kind.
        """
        part = self._imported() if isinstance(self.given, str) else self.given
        expected = ALL_KINDS[self.kind].fault(part)
        if expected:
            raise GankitError(f"{self} is not {expected}. Received: {part!r}", self._blame())
        return part

    def _imported(self) -> Any:
        try:
            return resolve_name(str(self.given))
        except (Exception, SystemExit) as error:
            message = f"{self} cannot be loaded from {self.given}: {reason(error)}"
            raise GankitError(message, self._blame()) from error

    def _blame(self) -> str:
        return f"this is a bug in {self.plugin}: report it to its author"

    def __str__(self) -> str:
        return f'the {ALL_KINDS[self.kind].noun} "{self.name}" of {self.plugin}'


def _unimported_docstring(reference: str) -> str | None:
    """Read a docstring from the source of a module, without importing it."""
    module, _, attribute = reference.partition(":")
    spec = _spec(module)
    if not spec or not spec.origin or not spec.has_location:
        return None
    return _docstrings(Path(spec.origin)).get(attribute)


@cache
def _docstrings(source: Path) -> Mapping[str, str | None]:
    """Return the docstrings of a file's functions and classes, by name."""
    try:
        body = ast.parse(source.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return {}
    definitions = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {node.name: ast.get_docstring(node) for node in definitions}


def _spec(module: str) -> ModuleSpec | None:
    """Find a module; `importlib.util.find_spec` would import the packages above it."""
    if module in sys.modules:
        return sys.modules[module].__spec__
    parent, _, _ = module.rpartition(".")
    if not parent:
        return find_spec(module)
    above = _spec(parent)
    return PathFinder.find_spec(module, above.submodule_search_locations) if above else None
