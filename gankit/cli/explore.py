"""gankit explore: pictures that answer what a generator learned."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gankit.cli.console import show_lines, show_next
from gankit.cli.explore_lines import grade_lines, neighbour_lines
from gankit.cli.options import Backend, CheckpointName, Cpu, PluginFiles, Run
from gankit.errors import GankitError

if TYPE_CHECKING:
    from gankit.verbs.generator import Generator


def _examples(*lines: str) -> str:
    """Return the epilog of a help."""
    return "\nExamples:\n\n" + "\n".join(f"  gankit explore {line}\n" for line in lines)


EXAMPLES = _examples("interpolate runs/quickstart-1", "nearest runs/quickstart-1")

explore = typer.Typer(
    help="Look at what a run's generator learned.", no_args_is_help=True, epilog=EXAMPLES
)

Way = StrEnum("Way", ["spherical", "linear"])
Along = StrEnum("Along", ["dimensions", "principal"])

Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The folder.", show_default="RUN/pictures")
]
Seed = Annotated[
    int, typer.Option(metavar="N", min=0, help="Of the noise and of all other choices.")
]
Label = Annotated[
    str | None, typer.Option(metavar="CLASS", help="Draw this class, where it takes labels.")
]
Count = Annotated[int, typer.Option(metavar="N", min=1, help="The number of samples.")]


@explore.command(
    "interpolate",
    epilog=_examples(
        "interpolate runs/quickstart-1",
        "interpolate runs/quickstart-1 --stops 3,17 --steps 12",
    ),
)
def interpolate(
    run: Run,
    stops: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Of samples, with commas between them.")
    ] = "0,1,2,3,4",
    steps: Annotated[
        int, typer.Option(metavar="N", min=2, help="Pictures from a stop to the next.")
    ] = 8,
    way: Annotated[Way, typer.Option(metavar="WAY", help="spherical or linear.")] = Way.spherical,
    label: Annotated[
        list[str] | None, typer.Option(metavar="CLASS", help="Of a row each. Repeatable.")
    ] = None,
    seed: Seed = 0,
    out: Out = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write the way from sample to sample, as a strip and as a film."""
    import gankit

    generator = _open(run, backend, cpu, plugin, checkpoint)
    asked = numbers(stops), steps, way.value, seed, label or ()
    stem = f"interpolate-{seed}"
    paths = [_write(gankit.explore.interpolate(generator, *asked), generator, out, stem)]
    if generator.draws_pictures:
        film = gankit.explore.interpolate(generator, *asked, frames=True)
        paths.append(_write(film, generator, out, stem))
    show_lines([f"wrote {' and '.join(map(str, paths))}"])
    show_next(f"gankit explore {'traverse' if generator.draws_pictures else 'nearest'} {run}")


@explore.command(
    "arithmetic",
    epilog=_examples(
        "arithmetic runs/quickstart-1 3,17,5 0,8,21 2,9,30",
        "arithmetic runs/dcgan_mnist-1 7 1 3 --by-label",
    ),
)
def arithmetic(
    run: Run,
    a: Annotated[str, typer.Argument(metavar="A", help="Samples, e.g. 3,17,5; or a class.")],
    b: Annotated[str, typer.Argument(metavar="B", help="What is taken away, likewise.")],
    c: Annotated[str, typer.Argument(metavar="C", help="What is added, likewise.")],
    by_label: Annotated[
        bool,
        typer.Option("--by-label", metavar="", help="A, B and C are classes; samples are found."),
    ] = False,
    label: Label = None,
    seed: Seed = 0,
    out: Out = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write A − B + C: what some samples have, without others' own, with that of third ones."""
    import gankit

    generator = _open(run, backend, cpu, plugin, checkpoint)
    page = gankit.explore.arithmetic(generator, a, b, c, seed, label, by_label)
    show_lines([f"wrote {_write(page, generator, out, f'arithmetic-{seed}')}"])
    show_next(f"gankit explore traverse {run}")


@explore.command(
    "traverse",
    epilog=_examples(
        "traverse runs/quickstart-1", "traverse runs/quickstart-1 --along principal --start 7"
    ),
)
def traverse(
    run: Run,
    along: Annotated[
        Along, typer.Option(metavar="WHAT", help="dimensions or principal.")
    ] = Along.dimensions,
    directions: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Which; the strongest if empty.")
    ] = "",
    rows: Annotated[int, typer.Option(metavar="N", min=1, help="How many, if none is named.")] = 8,
    steps: Annotated[int, typer.Option(metavar="N", min=2, help="Pictures in a row.")] = 7,
    reach: Annotated[float, typer.Option(metavar="X", min=0, help="How far to both sides.")] = 3.0,
    start: Annotated[int, typer.Option(metavar="N", min=0, help="The sample's number.")] = 0,
    label: Label = None,
    seed: Seed = 0,
    out: Out = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write what single directions of the noise change in a sample."""
    import gankit

    generator = _open(run, backend, cpu, plugin, checkpoint)
    places = numbers(directions) if directions else ()
    page = gankit.explore.traverse(
        generator, along.value, places, rows, steps, reach, start, seed, label
    )
    show_lines([f"wrote {_write(page, generator, out, f'traverse-{along.value}-{seed}')}"])
    other = next(way for way in Along if way != along)
    show_next(f"gankit explore traverse {run} --along {other.value}")


@explore.command(
    "nearest",
    epilog=_examples("nearest runs/quickstart-1", "nearest runs/mine-1 --held-out my_images"),
)
def nearest(
    run: Run,
    count: Count = 8,
    features: Annotated[
        str, typer.Option(metavar="NAME", help="Of the second distance.")
    ] = "pixels",
    held_out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A folder of real pictures not trained on."),
    ] = None,
    seed: Seed = 0,
    out: Out = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write samples beside their nearest training examples: are they memorised?"""
    import gankit

    generator = _open(run, backend, cpu, plugin, checkpoint)
    found = gankit.explore.nearest(generator, count, seed, features, held_out)
    path = _write(found.sheet, generator, out, f"nearest-{seed}")
    show_lines([*neighbour_lines(found), "", f"wrote {path}"])
    show_next(f"gankit score {run} --metrics memorisation-l1")


@explore.command(
    "templates",
    epilog=_examples("templates runs/quickstart-1", "templates runs/quickstart-1 --bins 60"),
)
def templates(
    run: Run,
    bins: Annotated[int, typer.Option(metavar="N", min=1, help="The number of clusters.")] = 24,
    count: Annotated[
        int, typer.Option(metavar="N", min=1, help="Of samples, and at most of reals.")
    ] = 2000,
    seed: Seed = 0,
    out: Out = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write the kinds of pictures in the data, and how often each is drawn."""
    import gankit

    generator = _open(run, backend, cpu, plugin, checkpoint)
    page = gankit.explore.templates(generator, bins, count, seed)
    path = _write(page, generator, out, f"templates-{seed}")
    show_lines([f"wrote {path}", "below each: its share of the data : of the samples"])
    show_next(f"gankit score {run} --metrics clusters")


@explore.command(
    "sheet",
    epilog=_examples(
        "sheet runs/quickstart-1",
        "sheet runs/quickstart-1 --grade answers.txt",
    ),
)
def sheet(
    run: Run,
    count: Annotated[
        int, typer.Option(metavar="N", min=2, help="Of pictures, half of them real.")
    ] = 40,
    grade: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Read this file of answers to an earlier sheet."),
    ] = None,
    seed: Seed = 0,
    out: Out = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write a sheet for people to judge which pictures are real, or grade their answers."""
    import gankit

    stem = (out or run / "pictures") / f"judge-{seed}"
    if grade is not None:
        show_lines(
            grade_lines(gankit.explore.grade(stem.with_name(f"{stem.name}-key.json"), grade))
        )
        return
    made = gankit.explore.sheet(_open(run, backend, cpu, plugin, checkpoint), count, seed)
    path, key, answers = made.write(stem)
    show_lines(
        [
            f"wrote {path}, and its key to {key.name}, which is not to be looked at",
            f"→ write real or fake behind each number in {answers}",
            f"→ gankit explore sheet {run} {_again(seed, out)}--grade {answers}",
        ]
    )


def numbers(text: str) -> list[int]:
    """Return the numbers of a list with commas between them.

    Raises:
        GankitError: It is none.
    """
    try:
        return [int(number) for number in text.split(",")]
    except ValueError as error:
        message = f"numbers with commas between them are wanted. Received: {text!r}"
        raise GankitError(message, "e.g. 3,17,5") from error


def _open(run, backend, cpu, plugin, checkpoint) -> "Generator":
    from gankit.verbs.generator import Generator

    return Generator.open(run, backend, cpu, plugin or (), checkpoint)


def _again(seed: int, out: Path | None) -> str:
    """Return the options by which a sheet's key is found again."""
    return (f"--seed {seed} " if seed else "") + (f"--out {out} " if out else "")


def _write(picture, generator: "Generator", out: Path | None, stem: str) -> Path:
    """Write a picture as a PNG, or frames as a GIF, and return the path."""
    from gankit import pictures

    folder = out or generator.run.path / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    film = isinstance(picture, list)
    path = folder / f"{stem}.{'gif' if film else 'png'}"
    (pictures.write_gif if film else pictures.write_png)(picture, path)
    return path
