"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

from gankit.cli import completion

PluginFiles = Annotated[
    list[Path] | None,
    typer.Option("--plugin", metavar="FILE", help="Load a file of Python as a plugin. Repeatable."),
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


def _backend(otherwise: str) -> typer.models.OptionInfo:
    return typer.Option(
        "--backend",
        metavar="NAME",
        help=f"tensorflow, jax or torch; without it, {otherwise}.",
        autocompletion=completion.backends,
    )


Backend = Annotated[str | None, _backend("Keras' own choice")]
RunBackend = Annotated[str | None, _backend("the run's own")]
Cpu = Annotated[bool, typer.Option("--cpu", metavar="", help="Keep off the GPUs.")]
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
        help="last, best, or e.g. step-000000123.",
        autocompletion=completion.checkpoints,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="Print JSON, for programs.")]
