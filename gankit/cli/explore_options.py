"""The options that all commands of `gankit explore` share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from inspect import Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gankit.cli.options import (
    CheckpointName,
    Cpu,
    PluginFiles,
    Run,
    RunBackend,
    examples,
    number,
    text,
)
from gankit.files import written

if TYPE_CHECKING:
    from PIL import Image

    from gankit.api.generator import Generator

Command = Callable[..., None]


@dataclass
class Look:
    """A run to look at. Its fields are the arguments that each command takes."""

    run: Run
    seed: Annotated[int, number("The seed of the noise and of all other choices.", 0)] = 0
    out: Annotated[Path | None, text("DIR", "The folder of the images.", "RUN/images")] = None
    checkpoint: CheckpointName = "last"
    plugin: PluginFiles = None
    backend: RunBackend = None
    cpu: Cpu = False

    @cached_property
    def generator(self) -> "Generator":
        """The run's generator, opened on first use."""
        from gankit.api.generator import Generator

        return Generator.open(self.run, self.backend, self.cpu, self.plugin or (), self.checkpoint)

    @property
    def folder(self) -> Path:
        """The folder of the images."""
        return self.out or self.run / "images"

    def write(self, image: "Image.Image | Sequence[Image.Image]", name: str) -> Path:
        """Write an image or the frames of a film, and return its path; nothing is overwritten."""
        from gankit.pictures.sheets import write_beside

        with written(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        return write_beside(image, self.folder / f"{name}-{self.seed}")


def command_of(app: typer.Typer) -> Callable[..., Callable[[Command], Command]]:
    """Return a decorator that adds commands to an app.

    It takes examples for the end of the help, and decorates a function of a look and of options.
    """

    def command(*lines: str) -> Callable[[Command], Command]:
        epilog = examples(*(f"explore {line}" for line in lines))
        return lambda function: app.command(function.__name__, epilog=epilog)(_with_look(function))

    return command


def _with_look(function: Command) -> Command:
    """Return a function that takes the fields of a look as options, as Typer reads them."""
    own = list(signature(function).parameters.values())[1:]
    run, *shared = signature(Look).parameters.values()
    options = [run, *own, *shared]

    @wraps(function)
    def wrapped(**given: Any) -> None:
        mine = {option.name: given.pop(option.name) for option in own}
        function(Look(**given), **mine)

    wrapped.__dict__["__signature__"] = Signature(options)
    wrapped.__annotations__ = {option.name: option.annotation for option in options}
    return wrapped
