"""The command line, one command in each file."""

import io
import sys
from importlib import import_module

from gankit.cli.app import app
from gankit.cli.console import show_error
from gankit.errors import GankitError

COMMANDS = (
    *("check", "run", "sample", "score", "export", "compare", "report", "diagnose", "bench"),
    *("show", "list", "plugins", "schema", "new", "explore"),
)
for command in COMMANDS:
    import_module(f"gankit.cli.{command}")  # which adds it to the app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line. A GankitError is shown without a traceback, with exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack arrows
    try:
        app(prog_name="gankit")
    except GankitError as error:
        show_error(error)
        sys.exit(1)
