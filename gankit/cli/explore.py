"""gankit explore: images that show what a generator learned."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

import gankit
from gankit.cli import completion
from gankit.cli.app import app
from gankit.cli.console import Line, aligned, show_lines, show_next
from gankit.cli.explore_options import Look, command_of
from gankit.cli.options import Images, examples, flag, number, text
from gankit.errors import GankitError
from gankit.messages import typed

if TYPE_CHECKING:
    from gankit.api.explore import Grade, Neighbours

explore = typer.Typer(
    help="Look at what a run's generator learned.",
    no_args_is_help=True,
    epilog=examples("explore interpolate runs/quickstart-1", "explore nearest runs/quickstart-1"),
)
app.add_typer(explore, name="explore")
command = command_of(explore)

Way = Literal["slerp", "linear"]
Along = Literal["dimensions", "principal"]
Label = Annotated[str | None, text("CLASS", "Draw this class, if the generator takes labels.")]


@command("interpolate runs/quickstart-1", "interpolate runs/quickstart-1 --stops 3,17 --steps 12")
def interpolate(
    look: Look,
    stops: Annotated[str, text("NUMBERS", "Samples to visit, separated by commas.")] = "0,1,2,3,4",
    steps: Annotated[int, number("Images from one stop to the next.", 2)] = 8,
    way: Annotated[Way, text(None, "The path between two stops.")] = "slerp",
    label: Annotated[list[str] | None, text("CLASS", "The class of a row. Repeatable.")] = None,
) -> None:
    """Write the interpolation between samples, as a strip and as an animation."""
    generator = look.generator
    request = numbers(stops), steps, way, look.seed, label or ()
    paths = [look.write(gankit.explore.interpolate(generator, *request), "interpolate")]
    if generator.draws_images:
        film = gankit.explore.interpolate(generator, *request, frames=True)
        paths.append(look.write(film, "interpolate"))
    show_lines([f"wrote {' and '.join(map(str, paths))}"])
    show_next(
        f"gankit explore {'traverse' if generator.draws_images else 'nearest'} {typed(look.run)}"
    )


@command(
    "arithmetic runs/quickstart-1 3,17,5 0,8,21 2,9,30",
    "arithmetic runs/dcgan_mnist-1 7 1 3 --by-label",
)
def arithmetic(
    look: Look,
    a: Annotated[str, typer.Argument(metavar="A", help="Samples, e.g. 3,17,5; or a class.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Samples or a class to subtract.")],
    c: Annotated[str, typer.Argument(metavar="C", help="Samples or a class to add.")],
    by_label: Annotated[bool, flag("--by-label", "A, B and C are classes.")] = False,
    label: Label = None,
) -> None:
    """Write A − B + C in the noise: the difference of two groups of samples, added to a third."""
    page = gankit.explore.arithmetic(look.generator, a, b, c, look.seed, label, by_label)
    show_lines([f"wrote {look.write(page, 'arithmetic')}"])
    show_next(f"gankit explore traverse {typed(look.run)}")


@command("traverse runs/quickstart-1", "traverse runs/quickstart-1 --along principal --start 7")
def traverse(
    look: Look,
    along: Annotated[
        Along, text(None, "Single numbers of the noise, or principal directions.")
    ] = "dimensions",
    directions: Annotated[
        str, text("NUMBERS", "Directions, separated by commas; by default the strongest.")
    ] = "",
    rows: Annotated[int, number("The number of directions, if none is given.")] = 8,
    steps: Annotated[int, number("Images in a row.", 2)] = 7,
    reach: Annotated[float, number("The distance to both sides.", 0, "X")] = 3.0,
    start: Annotated[int, number("The number of the sample.", 0)] = 0,
    label: Label = None,
) -> None:
    """Write how a sample changes along single directions of the noise."""
    places = numbers(directions) if directions else ()
    request = along, places, rows, steps, reach, start, look.seed, label
    page = gankit.explore.traverse(look.generator, *request)
    show_lines([f"wrote {look.write(page, f'traverse-{along}')}"])
    other = "principal" if along == "dimensions" else "dimensions"
    show_next(f"gankit explore traverse {typed(look.run)} --along {other}")


@command("nearest runs/quickstart-1", "nearest runs/mine-1 --held-out my_images")
def nearest(
    look: Look,
    count: Annotated[int, number("The number of samples.")] = 8,
    features: Annotated[
        str,
        text("NAME", "The features of the second distance.", complete=completion.features),
    ] = "pixels",
    held_out: Images = None,
) -> None:
    """Write samples beside their nearest training examples: are they copies?"""
    found = gankit.explore.nearest(look.generator, count, look.seed, features, held_out)
    path = look.write(found.sheet, "nearest")
    show_lines([*neighbour_lines(found), "", f"wrote {path}"])
    show_next(f"gankit score {typed(look.run)} --metrics memorisation-l1")


@command("templates runs/quickstart-1", "templates runs/quickstart-1 --bins 60")
def templates(
    look: Look,
    bins: Annotated[int, number("The number of clusters.")] = 24,
    count: Annotated[int, number("The number of samples, and the limit of real examples.")] = 2000,
) -> None:
    """Write the clusters of the data, and how often the generator draws each."""
    page = gankit.explore.templates(look.generator, bins, count, look.seed)
    show_lines([f"wrote {look.write(page, 'templates')}"])
    show_next(f"gankit score {typed(look.run)} --metrics clusters")


@command("sheet runs/quickstart-1", "sheet runs/quickstart-1 --grade answers.txt")
def sheet(
    look: Look,
    count: Annotated[int, number("The number of images, half of them real.", 2)] = 40,
    grade: Annotated[
        Path | None, text("FILE", "Grade this file of answers to an earlier sheet.")
    ] = None,
) -> None:
    """Write a sheet for people to judge which images are real, or grade their answers."""
    stem = look.folder / f"judge-{look.seed}"
    if grade is not None:
        key = stem.with_name(f"{stem.name}-key.json")
        show_lines(grade_lines(gankit.explore.grade(key, grade)))
        return
    path, key, answers = gankit.explore.sheet(look.generator, count, look.seed).write(stem)
    seed = f"--seed {look.seed} " if look.seed else ""
    out = f"--out {typed(look.out)} " if look.out else ""
    show_lines(
        [
            f"wrote {path}; its key is {key.name}: do not look at it",
            f"→ write real or fake after each number in {answers}",
            f"→ gankit explore sheet {typed(look.run)} {seed}{out}--grade {typed(answers)}",
        ]
    )


def neighbour_lines(found: "Neighbours") -> Iterator[Line]:
    """Yield how close each sample is to the data, and how close real examples are."""
    import numpy as np

    rows = [["sample", *(word for name in found.by for word in (name, "reals nearer"))]]
    for index in range(len(found.samples)):
        pairs = ((by.distances[index], by.nearer_reals[index]) for by in found.by.values())
        rows.append([str(index), *(w for d, near in pairs for w in (f"{d:.3g}", f"{near:.0%}"))])
    yield from aligned(rows, ["bold", *["", "green"] * len(found.by)])
    yield from ("", f"  reals   {found.reals}")
    width = max(map(len, found.by))
    for name, by in found.by.items():
        low, median, high = np.quantile(by.of_reals, (0.05, 0.5, 0.95))
        spread = f"median {median:.3g}, 90% from {low:.3g} to {high:.3g}"
        yield f"          {name:<{width}}  {spread}"
    yield from ("", "A sample nearer than all reals (0%) may be memorised: look at it.")


def grade_lines(grade: "Grade") -> Iterator[Line]:
    """Yield how many answers are right, and what that means."""
    yield f"  right   {grade.right} of {grade.answers}: {grade.accuracy:.0%}"
    yield f"          {grade.low:.0%} to {grade.high:.0%} with 95% confidence (Wilson)"
    yield f"  chance  {grade.chance:.0%}"
    if grade.fooled == grade.fooled:
        yield f"  fooled  {grade.fooled:.0%} of the generated images were taken for real"
    better = grade.low > grade.chance
    verdict = "significantly more" if better else "not significantly more"
    yield Text(f"The answers are right {verdict} often than by chance.", "bold")


def numbers(text: str) -> list[int]:
    """Return numbers that are separated by commas."""
    try:
        return [int(number) for number in text.split(",")]
    except ValueError as error:
        message = f"expected numbers separated by commas. Received: {text!r}"
        raise GankitError(message, "e.g. 3,17,5") from error
