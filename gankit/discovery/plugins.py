"""Finds plugins, installed distributions and Python files, and loads their parts."""

import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.machinery import SourceFileLoader
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from gankit import hookspecs
from gankit.backend import without_chatter
from gankit.discovery.hook_trace import traced
from gankit.discovery.kinds import KINDS
from gankit.discovery.lookup import pick
from gankit.discovery.part import Part
from gankit.errors import GankitError
from gankit.messages import listed, reason, shown, suggestion

_REFERENCE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class Plugin:
    """A plugin that was found.

    Args:
        name: The name of its entry point, or of its file.
        distribution: The distribution that ships it; empty for a file.
        version: The distribution's version.
        parts: The parts it provides.
        failure: Why it failed to load; empty if it did not.
    """

    name: str
    distribution: str = ""
    version: str = ""
    parts: tuple[Part, ...] = ()
    failure: str = ""

    @property
    def hooks(self) -> dict[str, list[str]]:
        """The hooks it implements, each with the names of its parts."""
        found: dict[str, list[str]] = {}
        for part in self.parts:
            found.setdefault(KINDS[part.kind].hook, []).append(part.name)
        return found

    def __str__(self) -> str:
        return f"{self.distribution} {self.version} ({self.name})" if self.version else self.name


@dataclass(frozen=True)
class Catalogue:
    """All parts that a recipe can name.

    Args:
        plugins: The plugins that were found, including those that failed to load.
        parts: The parts by kind (`"losses"`) and name.
        left_out: The names of the installed plugins that `GANKIT_PLUGINS` leaves out.
    """

    plugins: tuple[Plugin, ...]
    parts: Mapping[str, Mapping[str, Part]]
    left_out: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Plugin, ...]:
        """The plugins that failed to load."""
        return tuple(plugin for plugin in self.plugins if plugin.failure)

    def find(self, kind: str, name: object) -> Part:
        """Return a part.

        Raises:
            GankitError: No loaded plugin provides it.
        """
        try:
            return pick(self.parts[kind], kind, name)
        except GankitError as error:
            failed = [f"{plugin} ({plugin.failure})" for plugin in self.failed]
            suspects = {"failed to load": failed, "GANKIT_PLUGINS leaves out": self.left_out}
            others = [
                f"It may be in a plugin that {why}: {listed(names)}"
                for why, names in suspects.items()
                if names
            ]
            if not others:
                raise
            raise GankitError(". ".join((error.message, *others)), "gankit plugins") from error


def load_plugins(files: Iterable[Path | str] = ()) -> Catalogue:
    """Load the installed plugins, and Python files as plugins.

    If `GANKIT_PLUGINS` is set, only the installed plugins that it names are loaded. An installed
    plugin that fails to load is kept with the reason; a file must load.

    Raises:
        GankitError: A file cannot be loaded, `GANKIT_PLUGINS` names a plugin that is not installed,
            or two plugins provide parts with the same name.
    """
    manager = pluggy.PluginManager("gankit")
    manager.add_hookspecs(hookspecs)
    chosen, left_out = _chosen(_installed())
    with without_chatter():  # a plugin may import keras
        plugins = [_from_entry(manager, plugin, entry) for plugin, entry in chosen]
        plugins += [_from_file(manager, path) for path in dict.fromkeys(map(Path, files))]
    return Catalogue(tuple(plugins), _by_kind(plugins), left_out)


Installed = list[tuple[Plugin, EntryPoint]]


def _installed() -> Installed:
    found = [
        (Plugin(entry.name, entry.dist.name, entry.dist.version), entry)
        for entry in entry_points(group="gankit")
        if entry.dist
    ]
    return sorted(found, key=lambda x: (x[0].distribution != "gankit", x[0].distribution))


def _chosen(installed: Installed) -> tuple[Installed, tuple[str, ...]]:
    """Return the plugins that `GANKIT_PLUGINS` names, or all, and the names of the others."""
    words = os.environ.get("GANKIT_PLUGINS", "").split(",")
    wanted = {word.strip() for word in words} - {""}
    known = [name for plugin, _ in installed for name in (plugin.name, plugin.distribution)]
    unknown = sorted(wanted - set(known))
    if unknown:
        raise GankitError(
            f"GANKIT_PLUGINS names a plugin that is not installed.{suggestion(unknown[0], known)} "
            f"Allowed: {listed(dict.fromkeys(known))}. Received: {listed(unknown)}",
            "unset GANKIT_PLUGINS, or list plugins or distributions, separated by commas",
        )
    chosen = [x for x in installed if not wanted or wanted & {x[0].name, x[0].distribution}]
    return chosen, tuple(x[0].name for x in installed if x not in chosen)


def _from_entry(manager: pluggy.PluginManager, plugin: Plugin, entry: EntryPoint) -> Plugin:
    try:
        with traced(f"load {plugin}, {entry.value}"):
            module = entry.load()
        parts = _register(manager, module, str(plugin))
        owned = tuple(replace(part, distribution=plugin.distribution) for part in parts)
        return replace(plugin, parts=owned)
    except GankitError as error:
        return replace(plugin, failure=error.message)
    except (Exception, SystemExit) as error:
        return replace(plugin, failure=reason(error))


def _from_file(manager: pluggy.PluginManager, path: Path) -> Plugin:
    failed = f"the plugin {path} failed to load"
    hint = f"fix it, then type gankit list --plugin {shlex.quote(str(path))}"
    try:
        return Plugin(path.name, parts=_register(manager, _imported(path), str(path)))
    except GankitError as error:
        raise GankitError(f"{failed}: {error.message}", error.hint or hint) from error
    except (Exception, SystemExit) as error:
        raise GankitError(f"{failed}: {reason(error)}", hint) from error


def _imported(path: Path) -> ModuleType:
    if not path.is_file():
        problem = "it is a folder" if path.is_dir() else "there is no such file"
        raise GankitError(problem, "give a Python file")
    name = f"plugin {path.resolve()}"
    sys.modules[name] = module = ModuleType(name)
    module.__file__ = str(path)
    SourceFileLoader(name, str(path)).exec_module(module)
    return module


def _register(manager: pluggy.PluginManager, module: Any, label: str) -> tuple[Part, ...]:
    """Register a plugin and return its parts; one that fails leaves no trace."""
    try:
        manager.register(module, name=label)
        _check_hooks(manager, module)
        manager.check_pending()
        return tuple(_provided(manager, module, label))
    except BaseException:
        if manager.is_registered(module):
            manager.unregister(module)
        raise


def _check_hooks(manager: pluggy.PluginManager, module: Any) -> None:
    hooks = [kind.hook for kind in KINDS.values()]
    for caller in manager.get_hookcallers(module) or []:
        if not caller.has_spec():
            raise GankitError(
                f"unknown hook.{suggestion(caller.name, hooks)} "
                f"Allowed: {listed(hooks)}. Received: {caller.name}"
            )
    for hook in hooks:
        if hook in vars(module) and manager.parse_hookimpl_opts(module, hook) is None:
            raise GankitError(f"{hook} is not marked as a hook: write @gankit.hookimpl above it")


def _provided(manager: pluggy.PluginManager, module: Any, label: str) -> Iterator[Part]:
    for name, kind in KINDS.items():
        for implementation in getattr(manager.hook, kind.hook).get_hookimpls():
            if implementation.plugin is module:
                with traced(f"{kind.hook}() of {label}") as say:
                    found = _checked(kind.hook, implementation.function())
                    say(listed(found))
                yield from (Part(name, part, label, given) for part, given in found.items())


def _checked(hook: str, result: Any) -> Mapping[str, Any]:
    """Return the result of a hook if it maps names to parts."""
    if not isinstance(result, Mapping):
        raise GankitError(f"{hook} must return a mapping. Received: {shown(repr(result))}")
    for name, part in result.items():
        if not isinstance(name, str) or not name:
            raise GankitError(f"{hook} must return names. Received: {shown(repr(name))}")
        if not callable(part) and not (isinstance(part, str) and _REFERENCE.fullmatch(part)):
            raise GankitError(
                f'{hook} must map {shown(name)} to a class, a function or "module:attribute". '
                f"Received: {shown(repr(part))}"
            )
    return result


def _by_kind(plugins: Iterable[Plugin]) -> dict[str, dict[str, Part]]:
    parts: dict[str, dict[str, Part]] = {kind: {} for kind in KINDS}
    for part in (part for plugin in plugins for part in plugin.parts):
        other = parts[part.kind].setdefault(part.name, part)
        if other is not part:
            raise GankitError(
                f"two plugins provide the {KINDS[part.kind].noun} {shown(part.name)}: "
                f"{other.plugin} and {part.plugin}",
                "rename one, uninstall a plugin, or choose the plugins to load in GANKIT_PLUGINS",
            )
    return parts
