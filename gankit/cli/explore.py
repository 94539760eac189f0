"""gankit explore: images that answer what a generator learned."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import gankit
from gankit.cli import completion
from gankit.cli.console import show_lines, show_next
from gankit.cli.explore_lines import grade_lines, neighbour_lines
from gankit.cli.explore_options import Look, epilog, verb_of
from gankit.errors import GankitError

explore = typer.Typer(
    help="Look at what a run's generator learned.",
    no_args_is_help=True,
    epilog=epilog("interpolate runs/quickstart-1", "nearest runs/quickstart-1"),
)

verb = verb_of(explore)

Way = StrEnum("Way", ["slerp", "linear"])
Along = StrEnum("Along", ["dimensions", "principal"])
Label = Annotated[
    str | None, typer.Option(metavar="CLASS", help="Draw this class, where it takes labels.")
]


def _number(help: str, least: float = 1, metavar: str = "N") -> typer.models.OptionInfo:
    return typer.Option(metavar=metavar, min=least, help=help)


@verb(
    "interpolate runs/quickstart-1",
    "interpolate runs/quickstart-1 --stops 3,17 --steps 12",
)
def interpolate(
    look: Look,
    stops: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Of samples, with commas between them.")
    ] = "0,1,2,3,4",
    steps: Annotated[int, _number("Images from a stop to the next.", 2)] = 8,
    way: Annotated[Way, typer.Option(metavar="WAY", help="slerp or linear.")] = Way.slerp,
    label: Annotated[
        list[str] | None, typer.Option(metavar="CLASS", help="Of a row each. Repeatable.")
    ] = None,
) -> None:
    """Write the way from sample to sample, as a strip and as a film."""
    generator = look.generator
    asked = numbers(stops), steps, way.value, look.seed, label or ()
    paths = [look.write(gankit.explore.interpolate(generator, *asked), "interpolate")]
    if generator.draws_images:
        film = gankit.explore.interpolate(generator, *asked, frames=True)
        paths.append(look.write(film, "interpolate"))
    show_lines([f"wrote {' and '.join(map(str, paths))}"])
    show_next(f"gankit explore {'traverse' if generator.draws_images else 'nearest'} {look.run}")


@verb(
    "arithmetic runs/quickstart-1 3,17,5 0,8,21 2,9,30",
    "arithmetic runs/dcgan_mnist-1 7 1 3 --by-label",
)
def arithmetic(
    look: Look,
    a: Annotated[str, typer.Argument(metavar="A", help="Samples, e.g. 3,17,5; or a class.")],
    b: Annotated[str, typer.Argument(metavar="B", help="What is taken away, likewise.")],
    c: Annotated[str, typer.Argument(metavar="C", help="What is added, likewise.")],
    by_label: Annotated[
        bool,
        typer.Option("--by-label", metavar="", help="A, B and C are classes; samples are found."),
    ] = False,
    label: Label = None,
) -> None:
    """Write A − B + C: what some samples have, without others' own, with that of third ones."""
    page = gankit.explore.arithmetic(look.generator, a, b, c, look.seed, label, by_label)
    show_lines([f"wrote {look.write(page, 'arithmetic')}"])
    show_next(f"gankit explore traverse {look.run}")


@verb(
    "traverse runs/quickstart-1",
    "traverse runs/quickstart-1 --along principal --start 7",
)
def traverse(
    look: Look,
    along: Annotated[
        Along, typer.Option(metavar="WHAT", help="dimensions or principal.")
    ] = Along.dimensions,
    directions: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Which; the strongest if empty.")
    ] = "",
    rows: Annotated[int, _number("How many, if none is named.")] = 8,
    steps: Annotated[int, _number("Images in a row.", 2)] = 7,
    reach: Annotated[float, _number("How far to both sides.", 0, "X")] = 3.0,
    start: Annotated[int, _number("The sample's number.", 0)] = 0,
    label: Label = None,
) -> None:
    """Write what single directions of the noise change in a sample."""
    places = numbers(directions) if directions else ()
    asked = along.value, places, rows, steps, reach, start, look.seed, label
    page = gankit.explore.traverse(look.generator, *asked)
    show_lines([f"wrote {look.write(page, f'traverse-{along.value}')}"])
    other = next(way for way in Along if way != along)
    show_next(f"gankit explore traverse {look.run} --along {other.value}")


@verb("nearest runs/quickstart-1", "nearest runs/mine-1 --held-out my_images")
def nearest(
    look: Look,
    count: Annotated[int, _number("The number of samples.")] = 8,
    features: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Of the second distance.",
            autocompletion=completion.features,
        ),
    ] = "pixels",
    held_out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A folder of real images not trained on."),
    ] = None,
) -> None:
    """Write samples beside their nearest training examples: are they memorised?"""
    found = gankit.explore.nearest(look.generator, count, look.seed, features, held_out)
    path = look.write(found.sheet, "nearest")
    show_lines([*neighbour_lines(found), "", f"wrote {path}"])
    show_next(f"gankit score {look.run} --metrics memorisation-l1")


@verb("templates runs/quickstart-1", "templates runs/quickstart-1 --bins 60")
def templates(
    look: Look,
    bins: Annotated[int, _number("The number of clusters.")] = 24,
    count: Annotated[int, _number("Of samples, and at most of reals.")] = 2000,
) -> None:
    """Write the kinds of images in the data, and how often each is drawn."""
    page = gankit.explore.templates(look.generator, bins, count, look.seed)
    told = "below each: its share of the data : of the samples"
    show_lines([f"wrote {look.write(page, 'templates')}", told])
    show_next(f"gankit score {look.run} --metrics clusters")


@verb("sheet runs/quickstart-1", "sheet runs/quickstart-1 --grade answers.txt")
def sheet(
    look: Look,
    count: Annotated[int, _number("Of images, half of them real.", 2)] = 40,
    grade: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Read this file of answers to an earlier sheet."),
    ] = None,
) -> None:
    """Write a sheet for people to judge which images are real, or grade their answers."""
    stem = look.folder / f"judge-{look.seed}"
    if grade is not None:
        key = stem.with_name(f"{stem.name}-key.json")
        show_lines(grade_lines(gankit.explore.grade(key, grade)))
        return
    path, key, answers = gankit.explore.sheet(look.generator, count, look.seed).write(stem)
    show_lines(
        [
            f"wrote {path}, and its key to {key.name}, which is not to be looked at",
            f"→ write real or fake behind each number in {answers}",
            f"→ gankit explore sheet {look.run} {_again(look)}--grade {answers}",
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


def _again(look: Look) -> str:
    """Return the options by which a sheet's key is found again."""
    return (f"--seed {look.seed} " if look.seed else "") + (
        f"--out {look.out} " if look.out else ""
    )
