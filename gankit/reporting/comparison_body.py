"""The body of a comparison: what differs between runs, their scores, samples and curves."""

import math
import shlex
from collections.abc import Mapping, Sequence

import numpy as np

from gankit.data.scaling import to_uint8
from gankit.errors import GankitError
from gankit.pictures import sheets
from gankit.reporting import markup
from gankit.reporting.comparison import Asked, Comparison, Drawn, Samples
from gankit.reporting.curves import Chart, figures
from gankit.reporting.markup import Html, tag
from gankit.reporting.scores import scores_section
from gankit.reporting.settings import ABSENT, Differences
from gankit.reporting.sheets import data_uri

EQUAL = "None: the recipes are equal."
NO_CURVES = "No run has finished an epoch yet."


def body(
    comparison: Comparison, curves: Sequence[Chart], measured: Sequence[Chart], command: str
) -> Html:
    """Return the body of a comparison.

    Args:
        comparison: What was found.
        curves: The charts of the runs' histories.
        measured: The charts of their scores.
        command: What makes it again.
    """
    names, drawn = comparison.names, comparison.drawn
    parts = [
        _differences(comparison),
        _samples(names, drawn) if drawn else None,
        scores_section(comparison.scores, names, figures(measured), "gankit score RUN"),
        tag("h2", "Curves", id="curves"),
        tag("div", *figures(curves), class_="charts pair") if curves else tag("p", NO_CURVES),
        tag("h2", "How to repeat it", id="repeat"),
        tag("div", markup.code(command), class_="card"),
    ]
    return markup.joined([_header(names, drawn is not None), tag("main", *parts)])


def _header(names: Sequence[str], samples: bool) -> Html:
    titles = {"settings": "Settings", "samples": "Samples", "scores": "Scores", "curves": "Curves"}
    links = [
        tag("a", title, href=f"#{anchor}")
        for anchor, title in titles.items()
        if samples or anchor != "samples"
    ]
    runs = [
        tag("li", tag("i", class_=f"swatch c{number % 8}"), name)
        for number, name in enumerate(names)
    ]
    return tag(
        "header",
        tag("h1", f"{len(names)} runs compared"),
        tag("ul", *runs, class_="runs"),
        tag("nav", *links, aria_label="On this page"),
    )


def _differences(comparison: Comparison) -> Html:
    heading = tag("h2", "Settings that differ", id="settings")
    equal = None if comparison.settings else tag("p", EQUAL)
    tables = [
        tag("div", markup.table(caption, ["", *comparison.names], rows), class_="card")
        for caption, rows in (
            (f"In the recipes; {ABSENT} where one has none", _rows(comparison.settings)),
            ("What the runs were made with", _rows(comparison.made)),
        )
        if rows
    ]
    return tag("section", heading, equal, tag("div", *tables, class_="stack"))


def _rows(found: Differences) -> list[list[str]]:
    return [[key, *values] for key, values in found.items()]


def _samples(names: Sequence[str], drawn: Drawn) -> Html:
    noises = _noises(drawn)
    reference = _all_points(drawn)
    drawings = [
        tag("div", _sheet(name, number, sample, noises, reference), class_="card")
        for number, (name, sample) in enumerate(zip(names, drawn.samples))
    ]
    asked = drawn.asked
    told = f"Drawn by the {asked.checkpoint} checkpoint of each from noise of seed {asked.seed} "
    told += f"on {drawn.backend}. "
    told += (
        "The sample at a place is from equal noise in all of them."
        if len(noises) < 2
        else "Noise is equal where it has one shape; others have noise of their own."
    )
    heading = tag("h2", "Samples from equal noise", id="samples")
    return tag(
        "section", heading, tag("p", told, class_="soft"), tag("div", *drawings, class_="aligned")
    )


def _sheet(
    name: str,
    number: int,
    sample: Samples | GankitError,
    noises: Mapping[tuple[int, ...], int],
    reference: np.ndarray | None,
) -> Html:
    head = tag("h3", tag("i", class_=f"swatch c{number % 8}"), name)
    if isinstance(sample, GankitError):
        return tag("figure", tag("figcaption", head, tag("p", sample.message)))
    shape = " × ".join(map(str, sample.noise))
    note = tag("p", f"step {sample.step:,}, noise of {shape}")
    count = len(sample.images)
    if sample.images.ndim == 2:
        uri = data_uri(sheets.scatter(sample.images, reference))
        image = tag("img", src=uri, alt=f"{count:,} points of {name}, over those of all runs")
        return tag("figure", tag("figcaption", head, note), tag("div", image, class_="sheet"))
    columns = math.ceil(math.sqrt(count))
    uri = data_uri(sheets.grid(to_uint8(sample.images), columns))
    image = tag("img", src=uri, alt=f"{count} samples of {name}")
    frame = tag("i", class_="frame", hidden=True)
    place = {
        "data_columns": columns,
        "data_rows": math.ceil(count / columns),
        "data_noise": noises[sample.noise],
    }
    return tag(
        "figure",
        tag("figcaption", head, note),
        tag("div", image, frame, class_="sheet tiles", **place),
    )


def _noises(drawn: Drawn) -> dict[tuple[int, ...], int]:
    """Return a number for each shape of noise."""
    shapes = [sample.noise for sample in drawn.samples if isinstance(sample, Samples)]
    return {shape: number for number, shape in enumerate(dict.fromkeys(shapes))}


def _all_points(drawn: Drawn) -> np.ndarray | None:
    """Return the points of all runs, so that each is drawn at the same scale over them."""
    points = [s.images for s in drawn.samples if isinstance(s, Samples) and s.images.ndim == 2]
    return np.concatenate(points) if points else None


def command(paths: Sequence[str], asked: Asked) -> str:
    """Return the command that makes a comparison again."""
    options = {"--count": asked.count, "--seed": asked.seed, "--checkpoint": asked.checkpoint}
    words = [word for option in options.items() for word in map(str, option)]
    return shlex.join(["gankit", "compare", *paths, *words])
