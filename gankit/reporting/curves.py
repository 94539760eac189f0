"""Curves of runs over their epochs, as the charts of a page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from gankit.reporting.markup import Html, tag
from gankit.reporting.record import Record
from gankit.reporting.standing import Standing, Standings

MOST = 600  # points of a curve; more are not seen on a screen

# Quantities that players have, by how their columns end.
_OF_PLAYERS = {
    "loss": ("Losses", "What each player minimises. It tells little of the samples."),
    "acc": (
        "Accuracies",
        "The share of images that the discriminator takes for what they are, and of generated "
        "ones that are taken for real.",
    ),
    "grad_norm": ("Norms of the gradients", "How strongly each player is pulled."),
}
_NO_CURVES = ("epoch", "step")
_SPEED = "images_per_second"


@dataclass(frozen=True)
class Mark:
    """A point of a curve that has a name.

    Args:
        text: The name.
        x: Its epoch.
        y: Its value.
    """

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Series:
    """A curve.

    Args:
        label: Its name.
        colour: The number of its colour.
        dash: The number of its pattern, so that nobody has to tell colours apart.
        x: Epochs.
        y: Values; None where there is none.
        marks: Points with a name.
    """

    label: str
    colour: int
    dash: int
    x: Sequence[float]
    y: Sequence[float | None]
    marks: Sequence[Mark] = ()


@dataclass(frozen=True)
class Chart:
    """Curves in one image.

    Args:
        title: What it is of.
        note: What to know of it.
        series: The curves.
    """

    title: str
    note: str
    series: Sequence[Series] = field(default_factory=list)


def charts_of_run(record: Record) -> list[Chart]:
    """Return a run's charts: one of all players for each quantity that they have, then others."""
    columns = _columns([record])
    players = list(dict.fromkeys(_player(c) for c in columns if _quantity(c)))
    charts = []
    for quantity, (title, note) in _OF_PLAYERS.items():
        found = [column for column in columns if _quantity(column) == quantity]
        found = sorted(found, key=lambda column: (players.index(_player(column)), len(column)))
        series = [
            _series(record, column, column, players.index(player), dash)
            for player, its in groupby(found, _player)
            for dash, column in enumerate(its)
        ]
        charts += [Chart(title, note, series)] if series else []
    others = [column for column in columns if not _quantity(column)]
    return charts + [Chart(c, _note(c), [_series(record, c, c, 2, 0)]) for c in others]


def charts_of_runs(records: Sequence[Record], names: Sequence[str]) -> list[Chart]:
    """Return a chart for each column that a run has, with the curves of all that have it."""
    columns = _columns(records)
    quantities = list(_OF_PLAYERS)
    known = [c for q in quantities for c in columns if _quantity(c) == q]
    return [
        Chart(
            column,
            _note(column),
            [
                _series(record, column, name, number, number // 8)
                for number, (record, name) in enumerate(zip(records, names))
                if any(row.get(column) is not None for row in record.history)
            ],
        )
        for column in [*known, *(c for c in columns if c not in known)]
    ]


def charts_of_scores(scores: Standings, names: Sequence[str] = ()) -> list[Chart]:
    """Return a chart for each score that was not always the same, with the best and the last.

    Args:
        scores: Of one run or several.
        names: What the runs are called, where there are several.
    """
    charts = []
    for _, its in groupby(scores.standings, lambda standing: standing.score):
        found = list(its)
        several = any(len(standing.values) > 1 for standing in found)
        if several and len({value for standing in found for value in standing.values}) > 1:
            series = list(_of_scores(found, names, len({s.way for s in found}) > 1))
            title = " · ".join(dict.fromkeys(standing.title for standing in found))
            charts.append(Chart(title, _direction(found[0]), series))
    return charts


def figures(charts: Sequence[Chart]) -> Iterator[Html]:
    """Yield a figure for each chart; a script draws into it."""
    for chart in charts:
        note = tag("p", chart.note) if chart.note else None
        yield tag("figure", tag("figcaption", tag("h3", chart.title), note), class_="chart card")


def thinned(x: Sequence[float], y: Sequence[float | None], most: int = MOST) -> tuple[list, list]:
    """Return a curve with fewer points that looks the same: the extremes of each stretch of it."""
    if len(x) <= most:
        return list(x), list(y)
    stretches = (most - 2) // 3  # each keeps its extremes and a gap
    edges = [round(n * (len(x) - 2) / stretches) + 1 for n in range(stretches + 1)]
    places = {0, len(x) - 1}
    for begin, end in pairwise(edges):
        known = [place for place in range(begin, end) if y[place] is not None]
        gaps = [place for place in range(begin, end) if y[place] is None]
        places |= {pick(known, key=y.__getitem__) for pick in (min, max) if known}
        places |= set(gaps[:1])  # a gap stays one
    kept = sorted(places)
    return [x[place] for place in kept], [y[place] for place in kept]


def _columns(records: Iterable[Record]) -> list[str]:
    """Return the columns with values, how quick the run was at the end."""
    columns = dict.fromkeys(
        name
        for record in records
        for row in record.history
        for name, value in row.items()
        if name not in _NO_CURVES and value is not None
    )
    return sorted(columns, key=lambda name: name == _SPEED)


def _series(record: Record, column: str, label: str, colour: int, dash: int) -> Series:
    rows = record.history
    x, y = thinned([row["epoch"] for row in rows], [row.get(column) for row in rows])
    return Series(label, colour, dash, x, y)


def _of_scores(found: Sequence[Standing], names: Sequence[str], ways: bool) -> Iterator[Series]:
    for number, standing in enumerate(found):
        label = names[standing.run] if names else standing.title
        label += f" ({standing.way})" if ways else ""
        x, y = thinned(standing.epochs, standing.values)
        marks = [Mark("last", *standing.last)]
        marks += [Mark("best", *standing.best)] if standing.best else []
        colour = standing.run if names else number
        yield Series(label, colour, ord(standing.way[-1]) - ord("A"), x, y, marks)


def _direction(standing: Standing) -> str:
    told = {"low": "Lower is better.", "high": "Higher is better."}
    return told.get(standing.better or "", "")


def _quantity(column: str) -> str:
    return next((quantity for quantity in _OF_PLAYERS if column.endswith(f"_{quantity}")), "")


def _player(column: str) -> str:
    return column.partition("_")[0]


def _note(column: str) -> str:
    return "How quick the run was." if column == _SPEED else ""
