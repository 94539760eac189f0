"""The charts of a page: curves of runs over their epochs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from gankit.reporting.markup import Html, tag
from gankit.reporting.run_data import RunData
from gankit.reporting.score_history import ScoreHistories, ScoreHistory

MOST = 600  # points of a curve; a screen shows no more

# The charts of all players: title and note, by the end of a column's name.
_QUANTITIES = {
    "loss": ("Losses", "What each player minimizes. It says little about the samples."),
    "acc": (
        "Accuracies",
        "The fraction of images that the discriminator classifies correctly, and of generated "
        "images that it takes for real.",
    ),
    "grad_norm": ("Gradient norms", "How strong each player's updates are."),
}
_BETTER = {None: "", "low": "Lower is better.", "high": "Higher is better."}
_NO_CURVES = ("epoch", "step", "seconds")
_SPEED = "images_per_second"


@dataclass(frozen=True)
class Mark:
    """A labelled point of a curve."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Series:
    """A curve of values y over epochs x; None where there is no value."""

    label: str
    colour: int
    dash: int  # tells curves apart without colours
    x: Sequence[float | None]
    y: Sequence[float | None]
    marks: Sequence[Mark] = ()


@dataclass(frozen=True)
class Chart:
    """Curves in one figure, with a sentence below its title."""

    title: str
    note: str
    series: Sequence[Series]


def run_charts(run: RunData) -> list[Chart]:
    """Return the charts of a run: one per quantity of the players, then one per other column."""
    columns = _columns([run])
    players = list(dict.fromkeys(_player(c) for c in columns if _quantity(c)))
    charts = []
    for quantity, (title, note) in _QUANTITIES.items():
        found = [column for column in columns if _quantity(column) == quantity]
        found = sorted(found, key=lambda column: (players.index(_player(column)), len(column)))
        series = [
            _series(run, column, column, players.index(player), dash)
            for player, its in groupby(found, _player)
            for dash, column in enumerate(its)
        ]
        if series and quantity == "loss":
            series[0] = replace(series[0], marks=_verdicts(run, series[0]))
        charts += [Chart(title, note, series)] if series else []
    others = [column for column in columns if not _quantity(column)]
    return charts + [Chart(_title(c), _note(c), [_series(run, c, c, 2, 0)]) for c in others]


def comparison_charts(runs: Sequence[RunData], names: Sequence[str]) -> list[Chart]:
    """Return a chart per column, with the curves of all runs that have it."""
    columns = _columns(runs)
    known = [c for quantity in _QUANTITIES for c in columns if _quantity(c) == quantity]
    return [
        Chart(
            column,
            _note(column),
            [
                _series(run, column, name, number, number // 8)
                for number, (run, name) in enumerate(zip(runs, names))
                if any(row.get(column) is not None for row in run.history)
            ],
        )
        for column in [*known, *(c for c in columns if c not in known)]
    ]


def score_charts(scores: ScoreHistories, names: Sequence[str] = ()) -> list[Chart]:
    """Return a chart per score that changed, with the best and the last value marked.

    The curves of several runs have the names of the runs.
    """
    charts = []
    for _, its in groupby(scores.histories, lambda history: history.score):
        found = list(its)
        several = any(len(history.values) > 1 for history in found)
        if several and len({value for history in found for value in history.values}) > 1:
            series = list(_score_series(found, names, len({h.protocol for h in found}) > 1))
            title = " · ".join(dict.fromkeys(history.title for history in found))
            note = _BETTER[found[0].better]
            charts.append(Chart(title, note, series))
    return charts


def figures(charts: Iterable[Chart]) -> Iterator[Html]:
    """Yield an empty figure for each chart, which the page's script fills."""
    for chart in charts:
        note = tag("p", chart.note) if chart.note else None
        yield tag("figure", tag("figcaption", tag("h3", chart.title), note), class_="chart card")


def thinned(
    x: Sequence[float | None], y: Sequence[float | None], most: int = MOST
) -> tuple[list[float | None], list[float | None]]:
    """Return a curve with fewer points that looks the same: the extremes of each stretch."""
    if len(x) <= most:
        return list(x), list(y)
    stretches = (most - 2) // 3  # each keeps two extremes and a gap
    edges = [round(n * (len(x) - 2) / stretches) + 1 for n in range(stretches + 1)]
    places = {0, len(x) - 1}
    for begin, end in pairwise(edges):
        known = [(value, place) for place in range(begin, end) if (value := y[place]) is not None]
        gaps = [place for place in range(begin, end) if y[place] is None]
        places |= {pick(known)[1] for pick in (min, max) if known}
        places |= set(gaps[:1])
    kept = sorted(places)
    return [x[place] for place in kept], [y[place] for place in kept]


def _columns(runs: Iterable[RunData]) -> list[str]:
    """Return the columns that have values, the speed last."""
    columns = dict.fromkeys(
        name
        for run in runs
        for row in run.history
        for name, value in row.items()
        if name not in _NO_CURVES and value is not None
    )
    return sorted(columns, key=lambda name: name == _SPEED)


def _series(run: RunData, column: str, label: str, colour: int, dash: int) -> Series:
    rows = run.history
    x, y = thinned([row["epoch"] for row in rows], [row.get(column) for row in rows])
    return Series(label, colour, dash, x, y)


def _verdicts(run: RunData, series: Series) -> list[Mark]:
    """Return a mark where a verdict began, on the curve of a loss."""
    values = {x: y for x, y in zip(series.x, series.y) if x is not None and y is not None}
    begun = [event for event in run.verdicts if event["event"] == "begins"]
    return [
        Mark(f"{event['level']}: {event['name']}", event["epoch"], values[event["epoch"]])
        for event in begun
        if event["level"] != "note" and event["epoch"] in values
    ]


def _score_series(
    found: Sequence[ScoreHistory], names: Sequence[str], lettered: bool
) -> Iterator[Series]:
    for number, history in enumerate(found):
        label = names[history.run] if names else history.title
        label += f" ({history.protocol})" if lettered else ""
        x, y = thinned(history.epochs, history.values)
        marks = [Mark("last", *history.last)]
        marks += [Mark("best", *history.best)] if history.best else []
        colour = history.run if names else number
        yield Series(label, colour, ord(history.protocol) - ord("A"), x, y, marks)


def _quantity(column: str) -> str:
    return next((quantity for quantity in _QUANTITIES if column.endswith(f"_{quantity}")), "")


def _player(column: str) -> str:
    return column.partition("_")[0]


def _title(column: str) -> str:
    return "Speed" if column == _SPEED else column


def _note(column: str) -> str:
    return "Images per second." if column == _SPEED else ""
