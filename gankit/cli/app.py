"""The application that every command belongs to."""

import os
from collections.abc import Callable
from typing import Annotated

import typer

import gankit
from gankit.cli.options import examples, flag

Command = Callable[..., None]

app = typer.Typer(
    help="Build and train GANs from TOML recipes, with Keras 3.",
    epilog=examples("run quickstart", "list recipes"),
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None if os.environ.get("NO_COLOR") else "rich",  # rich would keep bold text
)


def command(*lines: str, name: str | None = None) -> Callable[[Command], Command]:
    """Return a decorator that adds a command, with examples for the end of its help."""
    epilog = examples(*lines)
    return lambda function: app.command(name or function.__name__, epilog=epilog)(function)


def _show_version(asked: bool) -> None:
    if asked:
        print(f"gankit {gankit.__version__}")
        raise typer.Exit


Version = Annotated[
    bool, flag("--version", "Show the version.", is_eager=True, callback=_show_version)
]


@app.callback()
def _options(version: Version = False) -> None: ...
