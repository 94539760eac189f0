"""A plugin of your own, written as a whole distribution from templates."""

import keyword
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

from gankit.discovery.kinds import KINDS
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion

TEMPLATES = files("gankit") / "templates" / "plugin"
PLURALS = {kind.noun: kind.plural for kind in KINDS.values() if (TEMPLATES / kind.noun).is_dir()}
TAKEN = {"gankit", "keras", "layers", "math", "np", "ops", "Annotated", "Field"}


@dataclass(frozen=True)
class Names:
    """What a new distribution calls what is in it.

    Args:
        distribution: Its own name, which is that of its folder.
        kind: The noun of the part that it gives.
    """

    distribution: str
    kind: str

    @property
    def package(self) -> str:
        """What is imported, e.g. `gankit_flat` for `gankit-flat`."""
        return re.sub(r"[-.]", "_", self.distribution.lower())

    @property
    def part(self) -> str:
        """What a recipe says, e.g. `flat` for `gankit-flat`."""
        return self.package.removeprefix("gankit_").replace("_", "-")

    @property
    def function_name(self) -> str:
        """What the part is called in Python, where it is a function."""
        return self.part.replace("-", "_")

    @property
    def class_name(self) -> str:
        """What the part is called in Python, where it is a class."""
        return "".join(word.capitalize() for word in self.part.split("-"))

    @property
    def in_templates(self) -> dict[str, str]:
        """For each word that stands for a name in the templates, this name."""
        return {
            "my-distribution": self.distribution,
            "my_package": self.package,
            "my-part": self.part,
            "my_part": self.function_name,
            "MyPart": self.class_name,
            "my-kind": self.kind,
        }


def write_distribution(name: str, kind: str, folder: Path = Path()) -> list[Path]:
    """Write a distribution with a part of a kind, and return its files.

    Args:
        name: Of the distribution.
        kind: A noun: dataset, architecture, loss, stabilizer or metric.
        folder: Where the distribution's folder is made.

    Raises:
        GankitError: A name cannot be used or is taken already, or the files cannot be written.
    """
    names = checked(name, kind)
    home = folder / names.distribution
    texts = dict(_texts(names))
    try:
        home.mkdir()
    except FileExistsError as error:
        message = f"{home} is there already, and is left as it is"
        raise GankitError(message, "choose another name, or move it away") from error
    except OSError as error:
        raise GankitError(f"{home} cannot be written: {error}") from error
    try:
        for place, text in texts.items():
            (home / place).parent.mkdir(parents=True, exist_ok=True)
            (home / place).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        shutil.rmtree(home, ignore_errors=True)
        raise GankitError(f"{home} cannot be written: {error}") from error
    return [home / place for place in sorted(texts)]


def checked(name: str, kind: str) -> Names:
    """Return the names of a distribution, if all of them can be used.

    Raises:
        GankitError: One cannot; the message says which and why.
    """
    if kind not in PLURALS:
        message = f"there is no such kind of part.{suggestion(kind, PLURALS)}"
        raise GankitError(f"{message} Allowed: {listed(PLURALS)}. Received: {shown(kind)}")
    if not re.fullmatch(r"[A-Za-z]([A-Za-z0-9._-]*[A-Za-z0-9])?", name):
        raise GankitError(
            "a distribution's name has letters of a to z, digits and hyphens, and begins with a "
            f"letter. Received: {shown(name)}",
            f"gankit new plugin gankit-flat --kind {kind}",
        )
    names = Names(name, kind)
    _check_package(names)
    _check_part(names)
    return names


def _check_package(names: Names) -> None:
    package = names.package
    if not package.isidentifier() or keyword.iskeyword(package):
        reason = "is a word of Python"
    elif package in sys.stdlib_module_names or _is_importable(package):
        reason = "can be imported already"
    else:
        return
    hint = f"gankit new plugin gankit-{names.part} --kind {names.kind}"
    if names.distribution == f"gankit-{names.part}":
        hint = f"choose another name, or: pip uninstall {names.distribution}"
    raise GankitError(f"its package would be called {package}, which {reason}", hint)


def _check_part(names: Names) -> None:
    words = {names.function_name, names.class_name}
    if not all(word.isidentifier() for word in words) or words & {*keyword.kwlist, *TAKEN}:
        raise GankitError(
            f"its part would be called {shown(names.part)}, in Python {names.function_name} or "
            f"{names.class_name}, which means something else there",
            f"gankit new plugin {names.distribution}-{names.kind} --kind {names.kind}",
        )
    other = load_plugins().parts[PLURALS[names.kind]].get(names.part)
    if other:
        raise GankitError(
            f"its part would be called {shown(names.part)}, and there is {other} already",
            f"gankit new plugin {names.distribution}-2 --kind {names.kind}",
        )


def _is_importable(package: str) -> bool:
    spec = find_spec(package)
    return bool(spec and spec.origin)  # a folder of this name alone has none


def _texts(names: Names) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of each file."""
    words = names.in_templates
    pattern = re.compile("|".join(words))
    for source in ("shared", names.kind):
        for place, file in _files(TEMPLATES / source):
            text = file.read_text(encoding="utf-8")
            yield tuple(pattern.sub(lambda found: words[found[0]], t) for t in (place, text))


def _files(folder: Traversable, place: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_file() and not entry.name.endswith(".pyc"):
            yield place + entry.name, entry
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry, f"{place}{entry.name}/")
