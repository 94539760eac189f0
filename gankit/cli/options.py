"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

PluginFiles = Annotated[
    list[Path] | None,
    typer.Option("--plugin", metavar="FILE", help="Load a file of Python as a plugin. Repeatable."),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change the recipe; VALUE is TOML. Repeatable."
    ),
]
Backend = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="tensorflow, jax or torch; without it, Keras' own choice."),
]
Cpu = Annotated[bool, typer.Option("--cpu", help="Keep off the GPUs.")]
CheckpointName = Annotated[
    str, typer.Option("--checkpoint", metavar="NAME", help="last, best, or e.g. step-000000123.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
