"""Runs of one recipe over seeds: the mean and the standard deviation of their scores."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from gankit.reporting.charts import Chart, Mark, Series
from gankit.reporting.differences import Differences
from gankit.reporting.markup import number
from gankit.reporting.score_history import ScoreHistories
from gankit.reporting.score_table import ARROWS

MEAN = "mean"


def only_seeds_differ(settings: Differences) -> bool:
    """Return whether runs differ by nothing but their seeds."""
    return set(settings) == {"seed"}


def with_mean(charts: Sequence[Chart]) -> list[Chart]:
    """Return charts with the mean of their curves, at the epochs that all of them have."""
    return [
        replace(chart, series=[*chart.series, _mean(chart.series)])
        if len(chart.series) > 1
        else chart
        for chart in charts
    ]


def spread(values: Sequence[float]) -> str:
    """Return the mean and the standard deviation (of a sample, n − 1) as text."""
    if len(values) < 2:
        return "–"
    return f"{number(float(np.mean(values)))} ± {number(float(np.std(values, ddof=1)))}"


def spread_rows(scores: ScoreHistories) -> list[list[str]]:
    """Return the title of each score, and the spreads of its last and of its best values.

    Each seed may be compared with other real examples, so the protocols may differ in these.
    """
    rows = []
    for _, its in groupby(scores.histories, lambda history: history.score):
        found = list({history.run: history for history in its}.values())
        best = [history.best[1] for history in found if history.best is not None]
        title = f"{found[0].title}{ARROWS[found[0].better]}"
        rows.append([title, spread([history.last[1] for history in found]), spread(best)])
    return rows


def only_examples_differ(scores: ScoreHistories) -> bool:
    """Return whether protocols differ by nothing but the real examples, which the seed chooses."""
    return set(scores.differences()) <= {"real_digest"}


def _mean(series: Sequence[Series]) -> Series:
    values = [{x: y for x, y in zip(s.x, s.y) if y is not None and x is not None} for s in series]
    shared = sorted(set.intersection(*map(set, values)))
    means = [float(np.mean([each[x] for each in values])) for x in shared]
    marks = [Mark(MEAN, shared[-1], means[-1])] if shared else []
    return Series(MEAN, len(series), 2, shared, means, marks)
