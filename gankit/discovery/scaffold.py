"""Writes a new plugin as a whole distribution, from templates."""

import keyword
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from gankit.discovery.kinds import KINDS
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion

TEMPLATES = Path(__file__).parents[1] / "templates" / "plugin"
PLURALS = {kind.noun: kind.plural for kind in KINDS.values() if (TEMPLATES / kind.noun).is_dir()}
TAKEN = {"gankit", "keras", "layers", "math", "np", "ops", "Annotated", "Any", "Field", "Iterator"}

Names = dict[str, str]  # the name for each placeholder of the templates


def write_distribution(name: str, kind: str, folder: Path = Path()) -> list[Path]:
    """Write a distribution with one part of a kind (`loss`) below a folder, and return its files.

    Raises:
        GankitError: The name is invalid or taken, or the files cannot be written.
    """
    texts = dict(_texts(kind, _checked(name, kind)))
    home = folder / name
    try:
        home.mkdir()
        for path, text in texts.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text, encoding="utf-8", newline="\n")
    except FileExistsError as error:
        message = f"{home} already exists; nothing was written"
        raise GankitError(message, "choose another name, or move it away") from error
    except OSError as error:
        shutil.rmtree(home, ignore_errors=True)
        raise GankitError(f"{home} cannot be written: {error}") from error
    return [home / path for path in sorted(texts)]


def names_of(distribution: str, kind: str) -> Names:
    """Return the names that replace the placeholders of the templates."""
    package = re.sub(r"[-.]", "_", distribution.lower())
    words = package.removeprefix("gankit_").split("_")
    return {
        "my-distribution": distribution,
        "my_package": package,
        "my-part": "-".join(words),
        "my_part": "_".join(words),
        "MyPart": "".join(word.capitalize() for word in words),
        "my-kind": kind,
    }


def _checked(name: str, kind: str) -> Names:
    if kind not in PLURALS:
        message = f"unknown kind of part.{suggestion(kind, PLURALS)}"
        raise GankitError(f"{message} Allowed: {listed(PLURALS)}. Received: {shown(kind)}")
    if not re.fullmatch(r"[A-Za-z]([A-Za-z0-9._-]*[A-Za-z0-9])?", name):
        raise GankitError(
            "a distribution's name starts with a letter and has only the letters a to z, digits "
            f"and hyphens. Received: {shown(name)}",
            f"gankit new plugin gankit-flat --kind {kind}",
        )
    names = names_of(name, kind)
    _check_package(names)
    _check_part(names)
    return names


def _check_package(names: Names) -> None:
    package, distribution = names["my_package"], names["my-distribution"]
    if not package.isidentifier() or keyword.iskeyword(package):
        reason = "is a keyword of Python"
    elif package in sys.stdlib_module_names or _is_importable(package):
        reason = "can already be imported"
    else:
        return
    free = f"gankit-{names['my-part']}"
    hint = f"gankit new plugin {free} --kind {names['my-kind']}"
    if distribution == free:
        hint = f"choose another name, or: pip uninstall {distribution}"
    raise GankitError(f"its package would be called {package}, which {reason}", hint)


def _check_part(names: Names) -> None:
    part, function, class_name = (names[key] for key in ("my-part", "my_part", "MyPart"))
    kind, retry = names["my-kind"], f"gankit new plugin {names['my-distribution']}"
    words = {function, class_name}
    if not all(map(str.isidentifier, words)) or words & {*keyword.kwlist, *TAKEN}:
        raise GankitError(
            f"its part would be called {shown(part)}, but Python code cannot use the name "
            f"{function} or {class_name}",
            f"{retry}-{kind} --kind {kind}",
        )
    other = load_plugins().parts[PLURALS[kind]].get(part)
    if other:
        message = f"its part would be called {shown(part)}, like {other}"
        raise GankitError(message, f"{retry}-2 --kind {kind}")


def _is_importable(package: str) -> bool:
    spec = find_spec(package)
    return bool(spec and spec.origin)  # a mere folder of this name has none


def _texts(kind: str, names: Names) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each file."""
    placeholders = re.compile("|".join(names))
    for folder in (TEMPLATES / "shared", TEMPLATES / kind):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                template = file.relative_to(folder).as_posix(), file.read_text(encoding="utf-8")
                path, text = (placeholders.sub(lambda m: names[m[0]], each) for each in template)
                yield path, text
