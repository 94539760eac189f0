"""The command line, one command in each file."""

import io
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer

from gankit.cli.app import app
from gankit.cli.console import show_error
from gankit.cli.interruption import STOPPED, disk_errors, leave
from gankit.errors import GankitError

COMMANDS = (
    *("check", "run", "runs", "watch", "report", "compare", "sample", "apply", "score", "export"),
    *("diagnose", "bench", "sweep"),
    *("show", "list", "plugins", "schema", "new", "explore"),
)

for command in COMMANDS:
    import_module(f"gankit.cli.{command}")  # which adds it to the app

__all__ = ["app", "main"]

# What other tools call our commands.
_ELSEWHERE = {
    **dict.fromkeys(("train", "fit", "resume"), "run RECIPE"),
    **dict.fromkeys(("generate", "draw"), "sample RUN"),
    **dict.fromkeys(("eval", "evaluate"), "score RUN"),
    "init": "new recipe quickstart",
}


def main() -> None:
    """Run the command line. A GankitError is shown without a traceback, with exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack arrows
    try:
        _check_verb(sys.argv[1:2])
        command = typer.main.get_command(app)
        _without_types(command, typer.Context(command, **command.context_settings))
        with disk_errors():
            command(prog_name="gankit")
    except GankitError as error:
        show_error(error)
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == STOPPED:
            leave(STOPPED)
        raise


def _without_types(command: Any, context: Any) -> None:
    """Show no `<bool>` beside the flags that Typer adds to each command."""
    for param in command.get_params(context):
        if getattr(param, "is_flag", False):
            param.metavar = ""
    for inner in getattr(command, "commands", {}).values():
        _without_types(inner, typer.Context(inner, parent=context))


def _check_verb(words: Sequence[str]) -> None:
    """Raise an error with the right command for a verb of another tool."""
    for word in words:
        if word in _ELSEWHERE:
            raise GankitError(f"gankit has no command {word}", f"gankit {_ELSEWHERE[word]}")
