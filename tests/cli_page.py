"""The page of the commands, written from what their functions say to Typer."""

import inspect
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from pages import WRITTEN
from part_pages import cell

from gankit.cli import app
from gankit.discovery.docstring import summary

PAGE = "docs/reference/cli.md"
ABOUT = """All commands, with the text of `gankit --help` and `gankit COMMAND --help`. `-h` is short
for `--help`. [Errors](errors.md) lists the exit codes,
[Reference](../reference.md#environment) the environment variables."""
WORDS = {int: "integer", float: "number", str: "text", Path: "path"}

Command = Any  # Typer's, whose class is not public


def cli_page() -> dict[str, str]:
    """Return the text of the page by its path."""
    all_of_them = {"": typer.main.get_command(app), **verbs()}
    found = [text for name, verb in all_of_them.items() for text in _section(name, verb)]
    return {PAGE: "\n\n".join(["# Commands", WRITTEN, ABOUT, *found]) + "\n"}


def verbs() -> dict[str, Command]:
    """Return the commands by their words, `explore sheet`, in the order of the helps."""
    return dict(_walk(typer.main.get_command(app), ""))


def link(words: str, above: str = "reference/") -> str:
    """Return the link to a verb from a page in another folder of the docs."""
    names = [word for word in words.split() if not word.startswith("--")]
    return f"[`gankit {words}`]({above}cli.md#{'-'.join(['gankit', *names])})"


def _walk(command: Command, words: str) -> Iterator[tuple[str, Command]]:
    if not hasattr(command, "commands"):
        yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _walk(inner, f"{words} {name}".strip())


def _section(name: str, verb: Command) -> Iterator[str]:
    yield f"## `{_words(name)}`"
    yield summary(verb.help)
    yield f"```text\n{_usage(name, verb)}\n```"
    head = ["| argument or option | type; default | meaning |", "| --- | --- | --- |"]
    rows = list(_rows(verb))
    if rows:
        yield "\n".join([*head, *rows])
    examples = [line.strip() for line in verb.epilog.splitlines() if "gankit" in line]
    yield "\n".join(["```bash", *examples, "```"])


def _words(name: str) -> str:
    return f"gankit {name}".strip()


def _usage(name: str, verb: Command) -> str:
    arguments = [_spelled(p) for p in verb.params if p.param_type_name == "argument"]
    options = ["[OPTIONS]"] * (len(arguments) < len(verb.params))
    return " ".join([_words(name), *options, *arguments, *["VERB"] * (not name)])


def _spelled(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return (name if argument.required else f"[{name}]") + "..." * (argument.nargs != 1)


def _rows(verb: Command) -> Iterator[str]:
    callback = inspect.unwrap(verb.callback, stop=lambda f: "__signature__" in vars(f))
    hints = get_type_hints(callback, include_extras=True)
    for param in verb.params:
        kind = _type(hints.get(param.name, bool))  # Typer itself adds flags about completion
        told = "; ".join(filter(None, (kind, _default(param))))
        yield f"| `{cell(_called(param))}` | {cell(told)} | {cell(param.help)} |"


def _called(param: Any) -> str:
    if param.param_type_name == "argument":
        return (param.metavar or param.name.upper()) + "..." * (param.nargs != 1)
    return f"{', '.join(param.opts)} {param.metavar or ''}".strip()


def _type(hint: Any) -> str:
    """Return what an annotation allows, in words: `integer ≥ 1`, `slerp or linear`."""
    if get_origin(hint) is Annotated:
        kind, about = get_args(hint)[:2]
        return _type(kind) + (f" ≥ {about.min}" if about.min is not None else "")
    if get_origin(hint) in (Union, types.UnionType):
        return _type(get_args(hint)[0])
    if get_origin(hint) is list:
        return f"{_type(get_args(hint)[0])}, several"
    if get_origin(hint) is Literal:
        return " or ".join(get_args(hint))
    return WORDS.get(hint, "")


def _default(param: Any) -> str:
    if param.required:
        return "required"
    if isinstance(param.show_default, str):
        return param.show_default
    default = getattr(param.default, "value", param.default)
    if getattr(param, "is_flag", False):
        return "on" if default else "off"
    if default is None:
        return "not set"
    return f"`{default}`" if default != "" else "empty"
