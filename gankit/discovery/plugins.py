"""Finding plugins: installed distributions and plain files, and the parts they give."""

import importlib.metadata
import importlib.util
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from gankit import hookspecs
from gankit.backend import without_chatter
from gankit.discovery.kinds import KINDS
from gankit.discovery.part import Part, pick
from gankit.discovery.trace import traced
from gankit.errors import GankitError
from gankit.messages import listed, reason, shown, suggestion


@dataclass(frozen=True)
class Plugin:
    """A plugin that was found.

    Args:
        name: The name of its entry point, or of its file.
        distribution: The distribution that ships it; nothing for a file.
        version: The distribution's version.
        parts: The parts it gives.
        failure: Why it gives none, where it could not be loaded.
    """

    name: str
    distribution: str = ""
    version: str = ""
    parts: tuple[Part, ...] = ()
    failure: str = ""

    @property
    def hooks(self) -> tuple[str, ...]:
        """The hooks through which it gives parts."""
        return tuple(dict.fromkeys(KINDS[part.kind].hook for part in self.parts))

    def __str__(self) -> str:
        return f"{self.distribution} {self.version} ({self.name})" if self.version else self.name


@dataclass(frozen=True)
class Catalogue:
    """All parts that a recipe can name.

    Args:
        plugins: The plugins that were found, those that failed to load among them.
        parts: For each kind (`"losses"`) the parts by name.
        left_out: The names of the installed plugins that `GANKIT_PLUGINS` leaves out.
    """

    plugins: tuple[Plugin, ...]
    parts: Mapping[str, Mapping[str, Part]]
    left_out: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Plugin, ...]:
        """The plugins that could not be loaded."""
        return tuple(plugin for plugin in self.plugins if plugin.failure)

    def find(self, kind: str, name: object) -> Part:
        """Return a part.

        Raises:
            GankitError: No plugin that could be loaded gives it.
        """
        try:
            return pick(self.parts[kind], kind, name)
        except GankitError as error:
            suspects = [f"{plugin} ({plugin.failure})" for plugin in self.failed]
            lost = {"failed to load": suspects, "GANKIT_PLUGINS leaves out": self.left_out}
            others = [
                f"Or it is in what {why}: {listed(names)}" for why, names in lost.items() if names
            ]
            if not others:
                raise
            raise GankitError(". ".join((error.message, *others)), "gankit plugins") from error


def load_plugins(files: Iterable[Path | str] = ()) -> Catalogue:
    """Load the installed plugins and plain files of Python.

    An installed plugin that fails to load is kept with the reason; a file must load. Where
    `GANKIT_PLUGINS` is set, of the installed ones only those that it names are loaded.

    Args:
        files: Python files with hooks.

    Raises:
        GankitError: A file cannot be loaded, `GANKIT_PLUGINS` names what is not installed, or two
            plugins give a part of the same name.
    """
    manager = pluggy.PluginManager("gankit")
    manager.add_hookspecs(hookspecs)
    entries, left_out = _chosen(_entry_points())
    with without_chatter():  # a plugin may import keras
        plugins = [_installed(manager, entry) for entry in entries]
        plugins += [_from_file(manager, path) for path in dict.fromkeys(map(Path, files))]
    return Catalogue(tuple(plugins), _by_kind(plugins), left_out)


def _entry_points() -> list[importlib.metadata.EntryPoint]:
    found = importlib.metadata.entry_points(group="gankit")
    return sorted(found, key=lambda entry: (entry.dist.name != "gankit", entry.dist.name))


def _chosen(
    entries: list[importlib.metadata.EntryPoint],
) -> tuple[list[importlib.metadata.EntryPoint], tuple[str, ...]]:
    """Return the entry points that `GANKIT_PLUGINS` names, all if not set, and those left out."""
    words = os.environ.get("GANKIT_PLUGINS", "").split(",")
    named = {word.strip() for word in words} - {""}
    if not named:
        return entries, ()
    known = [name for entry in entries for name in (entry.name, entry.dist.name)]
    strange = sorted(named - set(known))
    if strange:
        raise GankitError(
            f"GANKIT_PLUGINS names what is not installed.{suggestion(strange[0], known)} "
            f"Allowed: {listed(dict.fromkeys(known))}. Received: {listed(strange)}",
            "unset GANKIT_PLUGINS, or name plugins or distributions, with commas between them",
        )
    chosen = [entry for entry in entries if named & {entry.name, entry.dist.name}]
    return chosen, tuple(entry.name for entry in entries if entry not in chosen)


def _installed(manager: pluggy.PluginManager, entry: importlib.metadata.EntryPoint) -> Plugin:
    plugin = Plugin(entry.name, entry.dist.name, entry.dist.version)
    try:
        with traced(f"load {plugin}, {entry.value}"):
            module = entry.load()
        parts = _register(manager, module, str(plugin))
        return replace(plugin, parts=tuple(replace(p, distribution=entry.dist.name) for p in parts))
    except GankitError as error:
        return replace(plugin, failure=error.message)
    except (Exception, SystemExit) as error:
        return replace(plugin, failure=reason(error))


def _from_file(manager: pluggy.PluginManager, path: Path) -> Plugin:
    mend = f"mend it, and type gankit list --plugin {shlex.quote(str(path))}"
    try:
        parts = _register(manager, _imported(path), str(path))
    except GankitError as error:
        raise GankitError(
            f"the plugin {path} does not load: {error.message}", error.hint or mend
        ) from error
    except (Exception, SystemExit) as error:
        raise GankitError(f"the plugin {path} does not load: {reason(error)}", mend) from error
    return Plugin(path.name, parts=parts)


def _imported(path: Path) -> ModuleType:
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        raise GankitError(f"there is no such file. Received: {found}", "give a file of Python")
    name = f"plugin {path.resolve()}"
    loader = SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def _register(manager: pluggy.PluginManager, module: Any, label: str) -> tuple[Part, ...]:
    """Register a plugin and return the parts it gives; one that fails leaves no trace."""
    try:
        manager.register(module, name=label)
        _check_hooks(manager, module)
        manager.check_pending()
        return tuple(_given(manager, module, label))
    except BaseException:
        if manager.is_registered(module):
            manager.unregister(module)
        raise


def _check_hooks(manager: pluggy.PluginManager, module: Any) -> None:
    hooks = [kind.hook for kind in KINDS.values()]
    for caller in manager.get_hookcallers(module) or []:
        if not caller.has_spec():
            raise GankitError(
                f"there is no such hook.{suggestion(caller.name, hooks)} "
                f"Allowed: {listed(hooks)}. Received: {caller.name}"
            )
    for hook in hooks:
        if hook in vars(module) and manager.parse_hookimpl_opts(module, hook) is None:
            raise GankitError(f"{hook} is no hook yet: write @gankit.hookimpl above it")


def _given(manager: pluggy.PluginManager, module: Any, label: str) -> Iterator[Part]:
    for kind, hook in ((name, kind.hook) for name, kind in KINDS.items()):
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            if implementation.plugin is module:
                with traced(f"{hook}() of {label}") as say:
                    found = _checked(hook, implementation.function())
                    say(listed(found))
                yield from (Part(kind, name, label, given) for name, given in found.items())


def _checked(hook: str, result: Any) -> Mapping[str, Any]:
    """Return a hook's result if it is a mapping of names to parts."""
    if not isinstance(result, Mapping):
        raise GankitError(f"{hook} must return a mapping. Received: {shown(repr(result))}")
    for name, part in result.items():
        if not isinstance(name, str) or not name:
            raise GankitError(f"{hook} must return names. Received: {shown(repr(name))}")
        if not callable(part) and not _is_reference(part):
            raise GankitError(
                f'{hook} must give a class, a function or "module:attribute" for {shown(name)}. '
                f"Received: {shown(repr(part))}"
            )
    return result


def _is_reference(part: Any) -> bool:
    module, colon, attribute = part.partition(":") if isinstance(part, str) else ("", "", "")
    return bool(colon) and all(
        n.isidentifier() for n in (*module.split("."), *attribute.split("."))
    )


def _by_kind(plugins: Iterable[Plugin]) -> dict[str, dict[str, Part]]:
    parts: dict[str, dict[str, Part]] = {kind: {} for kind in KINDS}
    for part in (part for plugin in plugins for part in plugin.parts):
        other = parts[part.kind].setdefault(part.name, part)
        if other is not part:
            raise GankitError(
                f"two plugins give a {KINDS[part.kind].noun} of one name, {shown(part.name)}: "
                f"{other.plugin} and {part.plugin}",
                "rename one of them, uninstall a plugin, or name those to load in GANKIT_PLUGINS",
            )
    return parts
