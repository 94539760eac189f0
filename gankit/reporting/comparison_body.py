"""The body of a comparison's page: settings that differ, scores, samples and curves."""

import math
import shlex
from collections.abc import Mapping, Sequence

import numpy as np

from gankit.data.scaling import to_uint8
from gankit.errors import GankitError
from gankit.pictures import sheets
from gankit.reporting import markup
from gankit.reporting.charts import Chart, figures
from gankit.reporting.comparison import Comparison, Drawn, SampleRequest, Samples
from gankit.reporting.differences import ABSENT, Differences
from gankit.reporting.markup import Html, tag
from gankit.reporting.scores_section import scores_section
from gankit.reporting.sheets import data_uri

EQUAL = "None: the recipes are equal."
NO_CURVES = "No run has finished an epoch yet."


def body(
    comparison: Comparison, curves: Sequence[Chart], scores: Sequence[Chart], command: str
) -> Html:
    """Return the body of a comparison.

    Args:
        comparison: The results.
        curves: The charts of the runs' histories.
        scores: The charts of their scores.
        command: The command that repeats the comparison.
    """
    names, drawn = comparison.names, comparison.drawn
    parts = [
        _differences(comparison),
        _samples(names, drawn) if drawn else None,
        scores_section(comparison.scores, names, figures(scores), "gankit score RUN"),
        tag("h2", "Curves", id="curves"),
        tag("div", *figures(curves), class_="charts pair") if curves else tag("p", NO_CURVES),
        tag("h2", "How to repeat it", id="repeat"),
        tag("div", markup.code(command), class_="card"),
    ]
    return markup.joined([_header(names, drawn is not None), tag("main", *parts)])


def command(paths: Sequence[str], request: SampleRequest) -> str:
    """Return the command that repeats a comparison."""
    options = {
        "--count": request.count,
        "--seed": request.seed,
        "--checkpoint": request.checkpoint,
    }
    words = [word for option in options.items() for word in map(str, option)]
    return shlex.join(["gankit", "compare", *paths, *words])


def _header(names: Sequence[str], samples: bool) -> Html:
    sections = {"settings": "Settings", "samples": "Samples", "scores": "Scores"}
    sections["curves"] = "Curves"
    if not samples:
        del sections["samples"]
    runs = [tag("li", _swatch(number), name) for number, name in enumerate(names)]
    return tag(
        "header",
        tag("h1", f"{len(names)} runs compared"),
        tag("ul", *runs, class_="runs"),
        markup.navigation(sections),
    )


def _swatch(number: int) -> Html:
    return tag("i", class_=f"swatch c{number % 8}")


def _differences(comparison: Comparison) -> Html:
    heading = tag("h2", "Settings that differ", id="settings")
    equal = None if comparison.settings else tag("p", EQUAL)
    tables = {
        f"In the recipes; {ABSENT} means not set": comparison.settings,
        "What the runs were made with": comparison.made,
    }
    cards = [
        tag("div", markup.table(caption, ["", *comparison.names], _rows(found)), class_="card")
        for caption, found in tables.items()
        if found
    ]
    return tag("section", heading, equal, tag("div", *cards, class_="stack"))


def _rows(found: Differences) -> list[list[str]]:
    return [[key, *values] for key, values in found.items()]


def _samples(names: Sequence[str], drawn: Drawn) -> Html:
    noises, points = _noises(drawn), _all_points(drawn)
    drawings = [
        tag("div", _sheet(name, number, sample, noises, points), class_="card")
        for number, (name, sample) in enumerate(zip(names, drawn.samples))
    ]
    request = drawn.request
    text = (
        f"Drawn on {drawn.backend} by the {request.checkpoint} checkpoint of each run, with noise "
        f"of seed {request.seed}. "
    )
    text += (
        "Samples at the same place have the same noise."
        if len(noises) < 2
        else "Noise is equal only between runs whose noise has the same shape."
    )
    heading = tag("h2", "Samples from equal noise", id="samples")
    aligned = tag("div", *drawings, class_="aligned")
    return tag("section", heading, tag("p", text, class_="soft"), aligned)


def _sheet(
    name: str,
    number: int,
    sample: Samples | GankitError,
    noises: Mapping[tuple[int, ...], int],
    points: np.ndarray | None,
) -> Html:
    head = tag("h3", _swatch(number), name)
    if isinstance(sample, GankitError):
        return tag("figure", tag("figcaption", head, tag("p", sample.message)))
    shape = " × ".join(map(str, sample.noise))
    caption = tag("figcaption", head, tag("p", f"step {sample.step:,}, noise of {shape}"))
    if sample.images.ndim == 2:
        return tag("figure", caption, _scatter(name, sample.images, points))
    return tag("figure", caption, _tiles(name, sample.images, noises[sample.noise]))


def _scatter(name: str, samples: np.ndarray, points: np.ndarray | None) -> Html:
    uri = data_uri(sheets.scatter(samples, points))
    alt = f"{len(samples):,} points of {name}, over those of all runs"
    return tag("div", tag("img", src=uri, alt=alt), class_="sheet")


def _tiles(name: str, images: np.ndarray, noise: int) -> Html:
    """Return a grid of images; the page's script marks samples of the same noise."""
    count = len(images)
    columns = math.ceil(math.sqrt(count))
    uri = data_uri(sheets.grid(to_uint8(images), columns))
    rows = math.ceil(count / columns)
    return tag(
        "div",
        tag("img", src=uri, alt=f"{count} samples of {name}"),
        tag("i", class_="frame", hidden=True),
        class_="sheet tiles",
        data_columns=columns,
        data_rows=rows,
        data_noise=noise,
    )


def _noises(drawn: Drawn) -> dict[tuple[int, ...], int]:
    """Return a number for each shape of noise."""
    shapes = [sample.noise for sample in drawn.samples if isinstance(sample, Samples)]
    return {shape: number for number, shape in enumerate(dict.fromkeys(shapes))}


def _all_points(drawn: Drawn) -> np.ndarray | None:
    """Return the points of all runs, over which each is drawn at the same scale."""
    points = [s.images for s in drawn.samples if isinstance(s, Samples) and s.images.ndim == 2]
    return np.concatenate(points) if points else None
