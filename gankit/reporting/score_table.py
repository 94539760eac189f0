"""The scores of several runs as one table: a row for each metric, a column for each run."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from gankit.recipe.settings import Direction
from gankit.reporting import markup
from gankit.reporting.markup import Html, tag
from gankit.reporting.score_history import ScoreHistories, ScoreHistory
from gankit.reporting.scores_section import provenance

ARROWS = {None: "", "low": " ↓", "high": " ↑"}
LEGEND = (
    "The last score of each run, and in brackets its best score if it differs. "
    "↓ lower is better, ↑ higher is better; the best run is bold."
)


@dataclass(frozen=True)
class ScoreRow:
    """The comparable values of a score: all were measured by one protocol.

    Args:
        title: The name of the score.
        better: Its better direction.
        protocol: The letter of the protocol.
        histories: The history of each run; None for a run without one.
    """

    title: str
    better: Direction | None
    protocol: str
    histories: Sequence[ScoreHistory | None]

    @property
    def best(self) -> set[int]:
        """The indices of the runs with the best last value; none if they are all equal."""
        lasts = {n: h.last[1] for n, h in enumerate(self.histories) if h is not None}
        if self.better is None or len(set(lasts.values())) < 2:
            return set()
        best = {"low": min, "high": max}[self.better](lasts.values())
        return {n for n, last in lasts.items() if last == best}

    def head(self, lettered: bool) -> str:
        """Return the title with its arrow, and its protocol where there are several."""
        return f"{self.title}{ARROWS[self.better]}" + f"  {self.protocol}" * lettered

    def cells(self) -> list[str]:
        """Return the text of each run's value."""
        return [_cell(history) if history else "–" for history in self.histories]


def score_rows(scores: ScoreHistories, runs: int) -> list[ScoreRow]:
    """Return the rows of so many runs."""
    rows = []
    for (_, letter), its in groupby(scores.histories, lambda h: (h.score, h.protocol)):
        found = {history.run: history for history in its}
        first = next(iter(found.values()))
        by_run = [found.get(run) for run in range(runs)]
        rows.append(ScoreRow(first.title, first.better, letter, by_run))
    return rows


def score_table(scores: ScoreHistories, names: Sequence[str]) -> Html:
    """Return the table, and below it how the scores were made."""
    lettered = len(scores.protocols) > 1
    rows = []
    for row in score_rows(scores, len(names)):
        cells = [
            tag("b", text) if number in row.best else text
            for number, text in enumerate(row.cells())
        ]
        rows.append([row.head(lettered), *cells])
    table = markup.table(LEGEND, ["score", *names], rows, range(1, len(names) + 1))
    made = [_made(scores, letter, names, lettered) for letter in scores.protocols]
    return tag("div", table, *made, class_="card")


def _made(scores: ScoreHistories, letter: str, names: Sequence[str], lettered: bool) -> Html:
    """Return how the scores of a protocol were made, folded."""
    title = f"How {letter} was measured" if lettered else "How they were measured"
    pairs = provenance(scores.protocols[letter])
    found = (history for history in scores.histories if history.protocol == letter)
    for name, samples in {names[h.run]: h.samples for h in found}.items():
        pairs += [(name, "; ".join(f"{key} {text}" for key, text in provenance(samples)))]
    return tag("details", tag("summary", title), markup.listed(pairs, "made"))


def _cell(history: ScoreHistory) -> str:
    last, best = markup.number(history.last[1]), history.best
    return (
        last if best is None or best[1] == history.last[1] else f"{last} ({markup.number(best[1])})"
    )
