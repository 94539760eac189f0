"""Options that several commands share, and short ways to declare others."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gankit.cli import completion
from gankit.files import found_run


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


def data_overrides(size: int | None, channels: str | None) -> list[str]:
    """Return the changes of a recipe that `--size` and `--channels` stand for."""
    sizes = [f"dataset.size={size}"] if size else []
    return sizes + ([f'dataset.channels="{channels}"'] if channels else [])


def device_overrides(devices: str | None) -> list[str]:
    """Return the change of a recipe that `--devices` stands for."""
    if devices is None:
        return []
    if devices != "all" and not (devices.isdecimal() and int(devices)):
        raise typer.BadParameter(f"--devices is a number or all. Received: {devices}")
    value = devices if devices.isdecimal() else '"all"'
    return [f"training.devices={value}"]


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
Devices = Annotated[
    str | None,
    text("N", "The number of devices that share each batch, or all.", "the recipe's"),
]
Cpu = Annotated[bool, flag("--cpu", "Do not use GPUs.")]
RECIPE = "A TOML file, or a recipe from gankit list recipes."
RecipePath = Annotated[
    Path, typer.Argument(metavar="RECIPE", help=RECIPE, autocompletion=completion.recipes)
]
Data = Annotated[Path | None, text("PATH", "Train on this folder of images or .npz file instead.")]
Size = Annotated[int | None, number("The edge of the images, in pixels.", default="the recipe's")]
Channels = Annotated[
    Literal["grey", "rgb"] | None, text(None, "Read images in grey or in colour.", "the recipe's")
]
Added = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="STABILIZER",
        help="Add a stabilizer. Repeatable.",
        autocompletion=completion.stabilizers,
    ),
]
Run = Annotated[
    Path,
    typer.Argument(
        metavar="RUN",
        help="The run's folder, or its name in runs/.",
        autocompletion=completion.runs,
        callback=found_run,
    ),
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
Verbose = Annotated[bool, flag("-v", "Show how the scores were measured.")]
AsJson = Annotated[bool, flag("--json", "Print JSON.")]
