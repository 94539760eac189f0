"""A part that a plugin gives: known by name, imported when it is needed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path

from gankit.discovery import docstring
from gankit.discovery.kinds import ALL_KINDS, resolve
from gankit.errors import GankitError
from gankit.messages import listed, reason, shown, suggestion


@dataclass(frozen=True)
class Part:
    """A dataset, architecture, loss, stabilizer, metric or kind of features.

    Args:
        kind: The plural noun of its hook, e.g. `"losses"`.
        name: What a recipe calls it.
        plugin: Who gives it, as errors name it.
        given: The class or function itself, or its object reference `"module:attribute"`.
        distribution: Which ships it; nothing where a file does.
    """

    kind: str
    name: str
    plugin: str
    given: Callable | str = field(repr=False)
    distribution: str = ""

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return docstring.summary(self.about)

    @property
    def about(self) -> str | None:
        """Its docstring; a part that is not imported yet stays so."""
        if isinstance(self.given, str):
            return _unimported_docstring(self.given)
        return self.given.__doc__

    def load(self) -> Callable:
        """Return the class or function.

        Raises:
            GankitError: It cannot be imported, or is not what its kind asks for.
        """
        part = self._imported() if isinstance(self.given, str) else self.given
        expected = ALL_KINDS[self.kind].fault(part)
        if expected:
            raise GankitError(f"{self} is not {expected}. Received: {part!r}", self._blame())
        return part

    def _imported(self) -> Callable:
        try:
            return resolve(self.given)
        except (Exception, SystemExit) as error:
            message = f"{self} cannot be loaded from {self.given}: {reason(error)}"
            raise GankitError(message, self._blame()) from error

    def _blame(self) -> str:
        return f"this is a fault of {self.plugin}: tell its author"

    def __str__(self) -> str:
        return f'the {ALL_KINDS[self.kind].noun} "{self.name}" of {self.plugin}'


def pick(parts: Mapping[str, Part], kind: str, name: object) -> Part:
    """Return the part of a name.

    Raises:
        GankitError: There is none.
    """
    if isinstance(name, str) and name in parts:
        return parts[name]
    problem = f"is no {ALL_KINDS[kind].noun}.{suggestion(name, parts)}" if name else "is missing."
    received = f" Received: {shown(name)}" if name else ""
    hint = f"gankit list {kind}"
    raise GankitError(f"{problem} Allowed: {listed(parts)}.{received}", hint)


def _unimported_docstring(reference: str) -> str | None:
    """Read a docstring from the source of a module, without importing it."""
    module, _, attribute = reference.partition(":")
    spec = _spec(module)
    if not spec or not spec.origin or not spec.has_location:
        return None
    return _docstrings(Path(spec.origin)).get(attribute)


@cache
def _docstrings(source: Path) -> Mapping[str, str | None]:
    """Return the docstrings of a file's functions and classes by their names."""
    try:
        body = ast.parse(source.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return {}
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name: ast.get_docstring(node) for node in body if isinstance(node, kinds)}


def _spec(module: str) -> ModuleSpec | None:
    """Find a module; `importlib.util.find_spec` would import the packages above it."""
    if module in sys.modules:
        return sys.modules[module].__spec__
    parent, _, _ = module.rpartition(".")
    if not parent:
        return find_spec(module)
    above = _spec(parent)
    return above and PathFinder.find_spec(module, above.submodule_search_locations)
