"""gankit explore: pictures that answer what a generator learned."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gankit.cli.console import aligned, show_lines
from gankit.cli.options import Backend, Cpu, PluginFiles
from gankit.errors import GankitError

if TYPE_CHECKING:
    from PIL import Image

    from gankit.verbs.explore import Grade, Neighbours
    from gankit.verbs.generator import Generator

EXAMPLES = """
Examples:

  gankit explore interpolate runs/quickstart-1

  gankit explore nearest runs/quickstart-1
"""


def _examples(*lines: str) -> str:
    return "\nExamples:\n\n" + "\n".join(f"  gankit explore {line}\n" for line in lines)


explore = typer.Typer(
    help="Look at what a run's generator learned.", no_args_is_help=True, epilog=EXAMPLES
)

Run = Annotated[Path, typer.Argument(help="The run's folder.")]
Out = Annotated[Path | None, typer.Option(help="The folder. [default: RUN/pictures]")]
Seed = Annotated[int, typer.Option(min=0, help="Of the noise and of all choices.")]
Label = Annotated[
    str | None, typer.Option(metavar="CLASS", help="For a generator that takes labels.")
]
Numbers = Annotated[
    str, typer.Option(metavar="NUMBERS", help="Of samples, as gankit sample counts.")
]


@explore.command(
    "interpolate",
    epilog=_examples(
        "interpolate runs/quickstart-1", "interpolate runs/quickstart-1 --stops 3,17 --steps 12"
    ),
)
def interpolate(
    run: Run,
    stops: Numbers = "0,1,2,3,4",
    steps: Annotated[int, typer.Option(min=2, help="Pictures from a stop to the next.")] = 8,
    way: Annotated[str, typer.Option(help="spherical or linear.")] = "spherical",
    label: Annotated[
        list[str] | None, typer.Option(metavar="CLASS", help="Of a row each. Repeatable.")
    ] = None,
    seed: Seed = 0,
    out: Out = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write the way from sample to sample, as a strip and as a film."""
    import gankit

    generator = _open(run, backend, cpu, plugin)
    places = numbers(stops)
    strip = gankit.explore.interpolate(generator, places, steps, way, seed, label or ())
    paths = [_write(strip, generator, out, f"interpolate-{seed}")]
    if generator.draws_pictures:
        film = gankit.explore.interpolate(generator, places, steps, way, seed, label or (), True)
        paths.append(_write(film, generator, out, f"interpolate-{seed}"))
    show_lines(f"wrote {path}" for path in paths)


@explore.command(
    "arithmetic",
    epilog=_examples(
        "arithmetic runs/quickstart-1 3,17,5 0,8,21 2,9,30",
        "arithmetic runs/dcgan_mnist-1 7 1 3 --by-label",
    ),
)
def arithmetic(
    run: Run,
    a: Annotated[str, typer.Argument(help="Numbers of samples, e.g. 3,17,5; or a class.")],
    b: Annotated[str, typer.Argument(help="What is taken away, likewise.")],
    c: Annotated[str, typer.Argument(help="What is added, likewise.")],
    by_label: Annotated[
        bool, typer.Option("--by-label", help="A, B and C are classes; samples are found.")
    ] = False,
    label: Label = None,
    seed: Seed = 0,
    out: Out = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write A − B + C: what some samples have, without others' own, with that of third ones."""
    import gankit

    generator = _open(run, backend, cpu, plugin)
    page = gankit.explore.arithmetic(generator, a, b, c, seed, label, by_label)
    show_lines([f"wrote {_write(page, generator, out, f'arithmetic-{seed}')}"])


@explore.command(
    "traverse",
    epilog=_examples(
        "traverse runs/quickstart-1", "traverse runs/quickstart-1 --along principal --start 7"
    ),
)
def traverse(
    run: Run,
    along: Annotated[str, typer.Option(help="dimensions or principal.")] = "dimensions",
    directions: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Which; the strongest if empty.")
    ] = "",
    rows: Annotated[int, typer.Option(min=1, help="How many, if none is named.")] = 8,
    steps: Annotated[int, typer.Option(min=2, help="Pictures in a row.")] = 7,
    reach: Annotated[float, typer.Option(min=0, help="How far to both sides.")] = 3.0,
    start: Annotated[int, typer.Option(min=0, help="The number of the sample.")] = 0,
    label: Label = None,
    seed: Seed = 0,
    out: Out = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write what single directions of the noise change in a sample."""
    import gankit

    generator = _open(run, backend, cpu, plugin)
    named = numbers(directions) if directions else ()
    page = gankit.explore.traverse(generator, along, named, rows, steps, reach, start, seed, label)
    show_lines([f"wrote {_write(page, generator, out, f'traverse-{along}-{seed}')}"])


@explore.command(
    "nearest",
    epilog=_examples("nearest runs/quickstart-1", "nearest runs/mine-1 --held-out my_images"),
)
def nearest(
    run: Run,
    count: Annotated[int, typer.Option(min=1, help="The number of samples.")] = 8,
    features: Annotated[str, typer.Option(help="Of the second distance.")] = "pixels",
    held_out: Annotated[
        Path | None, typer.Option(help="A folder of real pictures not trained on.")
    ] = None,
    seed: Seed = 0,
    out: Out = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write samples beside their nearest training examples: are they memorised?"""
    import gankit

    generator = _open(run, backend, cpu, plugin)
    found = gankit.explore.nearest(generator, count, seed, features, held_out)
    path = _write(found.sheet, generator, out, f"nearest-{seed}")
    show_lines([*neighbour_lines(found), "", f"wrote {path}"])


@explore.command(
    "templates",
    epilog=_examples("templates runs/quickstart-1", "templates runs/quickstart-1 --bins 60"),
)
def templates(
    run: Run,
    bins: Annotated[int, typer.Option(min=1, help="The number of clusters.")] = 24,
    count: Annotated[int, typer.Option(min=1, help="Of samples, and at most of reals.")] = 2000,
    seed: Seed = 0,
    out: Out = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write the kinds of pictures in the data, and how often each is drawn."""
    import gankit

    generator = _open(run, backend, cpu, plugin)
    page = gankit.explore.templates(generator, bins, count, seed)
    path = _write(page, generator, out, f"templates-{seed}")
    show_lines([f"wrote {path}", "below each: its share of the data : of the samples"])


@explore.command(
    "sheet",
    epilog=_examples("sheet runs/quickstart-1", "sheet runs/quickstart-1 --grade answers.txt"),
)
def sheet(
    run: Run,
    count: Annotated[int, typer.Option(min=2, help="Of pictures, half of them real.")] = 40,
    grade: Annotated[
        Path | None,
        typer.Option(metavar="ANSWERS", help="Read this file of answers to an earlier sheet."),
    ] = None,
    seed: Seed = 0,
    out: Out = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write a sheet for people to judge which pictures are real, or grade their answers."""
    import gankit

    stem = (out or run / "pictures") / f"judge-{seed}"
    key = stem.with_name(f"{stem.name}-key.json")
    if grade is not None:
        show_lines(grade_lines(gankit.explore.grade(key, grade)))
        return
    made = gankit.explore.sheet(_open(run, backend, cpu, plugin), count, seed)
    path = write_sheet(made.picture, made.key, stem, key)
    answers = stem.with_name(f"{stem.name}-answers.txt")
    show_lines(
        [
            f"wrote {path}, its key to {key.name}, which is not to be looked at",
            f"→ write real or fake behind each number in {answers}",
            f"→ gankit explore sheet {run} {_again(seed, out)}--grade {answers}",
        ]
    )


def write_sheet(picture: "Image.Image", key: Mapping[str, str], stem: Path, key_file: Path) -> Path:
    """Write a sheet, its key and a file for the answers, and return the sheet's path.

    Raises:
        GankitError: There is the key of another sheet already; it is left as it is.
    """
    from gankit import pictures
    from gankit.run.folder import write_text

    told = {"key": dict(key), "sheet": _digest(picture)}
    stem.parent.mkdir(parents=True, exist_ok=True)
    if key_file.exists() and json.loads(key_file.read_text("utf-8")) != told:
        raise GankitError(
            f"{key_file} is the key of another sheet already, and is left as it is",
            "choose another --seed or --out",
        )
    path = stem.with_name(f"{stem.name}.png")
    pictures.write_png(picture, path)
    write_text(key_file, json.dumps(told, indent=2) + "\n")
    answers = stem.with_name(f"{stem.name}-answers.txt")
    if not answers.exists():
        write_text(answers, "# a number and real or fake, as in: 12 fake\n" + "\n".join(key) + "\n")
    return path


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


def neighbour_lines(found: "Neighbours") -> Iterator[object]:
    """Yield how near each sample is to the data, and how near real examples are."""
    head = ["sample", *(word for name in found.by for word in (name, "reals nearer"))]
    rows = [
        [
            str(number),
            *(
                word
                for by in found.by.values()
                for word in (f"{by.distances[number]:.3g}", f"{by.nearer_reals[number]:.0%}")
            ),
        ]
        for number in range(len(found.samples))
    ]
    yield from aligned([head, *rows], ["bold", *["", "green"] * len(found.by)])
    yield ""
    yield f"  reals      {found.reals}"
    for name, by in found.by.items():
        low, middle, high = (float(x) for x in _quantiles(by.of_reals))
        yield f"  {name:<9}  median {middle:.3g}, from {low:.3g} to {high:.3g} for 9 of 10"
    yield "  A sample nearer than all reals (0%) may be memorised: look at it."


def grade_lines(grade: "Grade") -> list[str]:
    """Return how well answers fit, and what that means."""
    lines = [
        f"right     {grade.right} of {grade.answers}: {grade.accuracy:.0%}",
        f"interval  {grade.low:.0%} to {grade.high:.0%} (Wilson, 95 %)",
        f"chance    {grade.chance:.0%}",
    ]
    if grade.fooled == grade.fooled:
        lines.append(f"fooled    {grade.fooled:.0%} of the generated were taken for real")
    told = grade.low > grade.chance
    verdict = "more often than chance would" if told else "no more often than chance may"
    return [*lines, f"The answers are right {verdict}."]


def _quantiles(distances):
    import numpy as np

    return np.quantile(distances, (0.05, 0.5, 0.95))


def _digest(picture) -> str:
    import numpy as np

    from gankit.scoring.evaluate import digest

    return digest(np.asarray(picture))


def _open(run, backend, cpu, plugin) -> "Generator":
    from gankit.verbs.generator import Generator

    return Generator.open(run, backend, cpu, plugin or ())


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
