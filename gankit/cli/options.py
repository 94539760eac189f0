"""Options that several commands share, and short ways to declare others."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from gankit.cli import completion


def number(help: str, least: float = 1, metavar: str = "N", default: str = "") -> Any:
    """Return an option that takes a number; `default` describes its default in the help."""
    return typer.Option(metavar=metavar, min=least, help=help, show_default=default or True)


def text(
    metavar: str | None,
    help: str,
    default: str = "",
    complete: Callable[..., Any] | None = None,
) -> Any:
    """Return an option that takes a text, a path or, without a metavar, one of several words."""
    return typer.Option(
        metavar=metavar, help=help, show_default=default or True, autocompletion=complete
    )


def flag(name: str, help: str, **settings: Any) -> Any:
    """Return an option that takes no value."""
    return typer.Option(name, metavar="", help=help, **settings)


def examples(*commands: str) -> str:
    """Return commands as the end of a help."""
    return "\nExamples:\n\n" + "\n".join(f"  gankit {command}\n" for command in commands)


def _backend(default: str) -> Any:
    return typer.Option(
        "--backend",
        metavar="NAME",
        help=f"tensorflow, jax or torch; by default {default}.",
        autocompletion=completion.backends,
    )


PluginFiles = Annotated[
    list[Path] | None,
    typer.Option("--plugin", metavar="FILE", help="Load a Python file as a plugin. Repeatable."),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change the recipe; VALUE is TOML. Repeatable.",
        autocompletion=completion.keys,
    ),
]
Backend = Annotated[str | None, _backend("Keras' own choice")]
RunBackend = Annotated[str | None, _backend("the run's")]
Cpu = Annotated[bool, flag("--cpu", "Do not use GPUs.")]
RecipePath = Annotated[
    Path, typer.Argument(metavar="RECIPE", help="A TOML file.", autocompletion=completion.recipes)
]
Run = Annotated[
    Path, typer.Argument(metavar="RUN", help="The run's folder.", autocompletion=completion.runs)
]
CheckpointName = Annotated[
    str,
    typer.Option(
        "--checkpoint",
        metavar="NAME",
        help="last, best, or a name such as step-000000123.",
        autocompletion=completion.checkpoints,
    ),
]
Seed = Annotated[int, number("The seed of the noise.", 0)]
Images = Annotated[Path | None, text("FOLDER", "A folder of real images not used in training.")]
AsJson = Annotated[bool, flag("--json", "Print JSON.")]
