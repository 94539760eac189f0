"""The body of a comparison's page: settings that differ, scores, samples and curves."""

import math
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from gankit.backend import TITLES
from gankit.errors import GankitError
from gankit.pictures import sheets
from gankit.pictures.drawing import as_images
from gankit.reporting import markup
from gankit.reporting.charts import Chart, figures
from gankit.reporting.comparison import Comparison, SampleRequest, Samples
from gankit.reporting.differences import ABSENT, Differences
from gankit.reporting.embedded_images import data_uri
from gankit.reporting.markup import Html, tag
from gankit.reporting.over_seeds import only_examples_differ, only_seeds_differ, spread_rows
from gankit.reporting.score_table import score_table
from gankit.reporting.scores_section import scores_section, warning

EQUAL = "None: the recipes are equal."
NO_CURVES = "No run has finished an epoch yet."


def body(
    comparison: Comparison,
    curves: Sequence[Chart],
    scores: Sequence[Chart],
    paths: Sequence[Path],
    request: SampleRequest,
) -> Html:
    """Return the body of a comparison, with the charts of histories and of scores."""
    names = comparison.names
    parts = [
        _differences(comparison),
        _samples(names, comparison.samples, request) if comparison.samples else None,
        _scores(comparison, scores),
        tag("h2", "Curves", id="curves"),
        tag("div", *figures(curves), class_="charts pair") if curves else tag("p", NO_CURVES),
        tag("h2", "How to repeat it", id="repeat"),
        tag("div", markup.code(_command(paths, request)), class_="card"),
    ]
    return markup.joined([_header(names, bool(comparison.samples)), tag("main", *parts)])


def _command(paths: Sequence[Path], request: SampleRequest) -> str:
    """Return the command that repeats a comparison."""
    options = {
        "--count": request.count,
        "--seed": request.seed,
        "--checkpoint": request.checkpoint,
    }
    words = [word for option in options.items() for word in map(str, option)]
    return shlex.join(["gankit", "compare", *map(str, paths), *words])


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
    warned = [tag("p", f"Warning at the start of {text}") for text in comparison.warned()]
    return tag("section", heading, equal, *warned, tag("div", *cards, class_="stack"))


def _scores(comparison: Comparison, charts: Sequence[Chart]) -> Html:
    scores = comparison.scores
    if not scores.histories:
        return scores_section(scores, comparison.names, [], "gankit score RUN")
    heading = tag("h2", "Scores", id="scores")
    drawn = tag("div", *figures(charts), class_="charts pair")
    table = score_table(scores, comparison.names)
    seeds = _over_seeds(comparison) if only_seeds_differ(comparison.settings) else None
    note = None if seeds and only_examples_differ(scores) else warning(scores)
    return tag("section", heading, note, tag("div", seeds, table, drawn, class_="stack"))


def _over_seeds(comparison: Comparison) -> Html:
    rows = spread_rows(comparison.scores)
    caption = f"Mean ± standard deviation over {len(comparison.names)} seeds"
    return tag("div", markup.table(caption, ["score", "last", "best"], rows, [1, 2]), class_="card")


def _rows(found: Differences) -> list[list[str]]:
    return [[key, *values] for key, values in found.items()]


def _samples(
    names: Sequence[str], drawn: Sequence[Samples | GankitError], request: SampleRequest
) -> Html:
    samples = [sample for sample in drawn if isinstance(sample, Samples)]
    shapes = dict.fromkeys(sample.noise for sample in samples)
    noises = {shape: number for number, shape in enumerate(shapes)}
    values = [sample.images for sample in samples if sample.images.ndim < 4]
    drawings = [
        tag("div", _sheet(name, number, sample, noises, values), class_="card")
        for number, (name, sample) in enumerate(zip(names, drawn))
    ]
    backend = TITLES[str(request.backend)]
    text = (
        f"Drawn with {backend} from the {request.checkpoint} checkpoint of each run, with noise of "
        f"seed {request.seed}. "
    )
    text += (
        "Samples at the same position have the same noise."
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
    values: Sequence[np.ndarray],
) -> Html:
    head = tag("h3", _swatch(number), name)
    if isinstance(sample, GankitError):
        return tag("figure", tag("figcaption", head, tag("p", sample.message)))
    shape = " × ".join(map(str, sample.noise))
    caption = tag("figcaption", head, tag("p", f"step {sample.step:,}, noise of size {shape}"))
    alike = [each for each in values if each.shape[1:] == sample.images.shape[1:]]
    reference = np.concatenate(alike) if alike else None
    if sample.images.ndim == 2:
        return tag("figure", caption, _scatter(name, sample.images, reference))
    images = as_images(sample.images, reference)
    return tag("figure", caption, _tiles(name, images, noises[sample.noise]))


def _scatter(name: str, samples: np.ndarray, points: np.ndarray | None) -> Html:
    uri = data_uri(sheets.sheet(samples, points))
    alt = f"{len(samples):,} points of {name}, over those of all runs"
    return tag("div", tag("img", src=uri, alt=alt, class_="plot"), class_="sheet")


def _tiles(name: str, images: np.ndarray, noise: int) -> Html:
    """Return a grid of images; the page's script marks samples of the same noise."""
    count = len(images)
    columns = math.ceil(math.sqrt(count))
    uri = data_uri(sheets.grid(images, columns))
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
