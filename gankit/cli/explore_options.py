"""A look at a run: what each verb of `gankit explore` is told beside what is its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from inspect import Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gankit.cli.options import CheckpointName, Cpu, PluginFiles, Run, RunBackend

if TYPE_CHECKING:
    from PIL import Image

    from gankit.api.generator import Generator

Seed = Annotated[
    int, typer.Option(metavar="N", min=0, help="Of the noise and of all other choices.")
]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The folder.", show_default="RUN/images")
]


@dataclass
class Look:
    """A run, and how it is looked at; its fields are what each verb takes on the command line.

    Args:
        run: The run's folder.
        seed: Of the noise and of all other choices.
        out: Where images are written, if not into the run's folder.
        checkpoint: `last`, `best`, or the name of one.
        plugin: Files of parts, if the run was made with some.
        backend: tensorflow, jax or torch.
        cpu: Keep off the GPUs.
    """

    run: Run
    seed: Seed = 0
    out: Out = None
    checkpoint: CheckpointName = "last"
    plugin: PluginFiles = None
    backend: RunBackend = None
    cpu: Cpu = False

    @cached_property
    def generator(self) -> "Generator":
        """The run's generator, opened when it is asked for first."""
        from gankit.api.generator import Generator

        return Generator.open(self.run, self.backend, self.cpu, self.plugin or (), self.checkpoint)

    @property
    def folder(self) -> Path:
        """Where images are written."""
        return self.out or self.run / "images"

    def write(self, image: "Image.Image | Sequence[Image.Image]", name: str) -> Path:
        """Write an image, or a film's frames, and return the path; nothing is overwritten."""
        from gankit.pictures.sheets import write_beside

        self.folder.mkdir(parents=True, exist_ok=True)
        return write_beside(image, self.folder / f"{name}-{self.seed}")


def verb_of(app: typer.Typer) -> Callable[..., Callable]:
    """Return what adds a verb: a decorator of a function of a look and of options of its own.

    The decorator takes examples of what may be typed, for the end of the help.
    """

    def verb(*examples: str) -> Callable[[Callable], Callable]:
        def add(function: Callable) -> Callable:
            return app.command(function.__name__, epilog=epilog(*examples))(_told(function))

        return add

    return verb


def _told(function: Callable) -> Callable:
    """Return a function that takes the fields of a look, and makes one of them, as Typer reads."""
    own = list(signature(function).parameters.values())[1:]
    run, *shared = signature(Look).parameters.values()

    @wraps(function)
    def told(**given):
        mine = {option.name: given.pop(option.name) for option in own}
        function(Look(**given), **mine)

    options = [run, *own, *shared]
    told.__signature__ = Signature(options)
    told.__annotations__ = {option.name: option.annotation for option in options}
    return told


def epilog(*examples: str) -> str:
    """Return the end of a help."""
    return "\nExamples:\n\n" + "\n".join(f"  gankit explore {line}\n" for line in examples)
