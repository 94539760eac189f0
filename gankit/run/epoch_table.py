"""The columns of the table that a run prints, a row for each epoch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gankit.run.scores import Standing

SHOWN = ("d_loss", "g_loss", "d_acc", "g_acc")
GAP = "  "
_CELL = 6  # characters of a value

Values = Mapping[str, float]


@dataclass(frozen=True)
class Columns:
    """The columns of a table: the epoch, losses and accuracies, the speed, the deciding score.

    Args:
        names: Of losses and accuracies.
        score: The score that chooses the best checkpoint; empty without one.
        widths: The characters of each column.
    """

    names: Sequence[str]
    score: str
    widths: Sequence[int]

    @classmethod
    def fitting(cls, values: Values, score: str, epochs: int, room: int) -> "Columns":
        """Return the columns for these values; those that do not fit are left out."""
        names = shown(values)
        while True:
            heads = _heads(names, score)
            digits = 2 * len(str(epochs)) + 1
            least = [digits, *[_CELL] * len(names), _CELL, *[_CELL] * (2 * bool(score))]
            widths = [max(len(head), size) for head, size in zip(heads, least)]
            if sum(widths) + len(GAP) * (len(widths) - 1) <= room or len(names) <= 1:
                return cls(names, score, widths)
            names = names[:-1]

    def head(self) -> str:
        """Return the line above the rows."""
        return self._line(_heads(self.names, self.score))

    def row(self, epoch: str, values: Values, speed: float, standing: Standing | None) -> str:
        """Return the row of an epoch; without a standing, its score is blank."""
        cells = [epoch, *(cell(values[n]) if n in values else "" for n in self.names)]
        cells.append(f"{speed:,.0f}" if speed else "")
        if self.score:
            cells += _scores(standing, self.score) if standing else ["", ""]
        return self._line(cells)

    def _line(self, cells: Sequence[str]) -> str:
        return GAP.join(text.rjust(width) for text, width in zip(cells, self.widths)).rstrip()


def shown(values: Values) -> list[str]:
    """Return the names of losses and accuracies, the most important first."""
    names = [name for name in SHOWN if name in values]
    return names + [name for name in values if name.endswith("_loss") and name not in names]


def cell(value: float) -> str:
    """Return a number in at most six characters, if it is not negative and tiny."""
    texts: Iterator[str] = (f"{value:{form}}" for form in (".3g", ".2g", ".0e"))
    return next((text for text in texts if len(text) <= _CELL), f"{value:.0e}")


def score_text(value: float | None) -> str:
    """Return a score as text."""
    return "none" if value is None else f"{value:.4g}"


def _heads(names: Sequence[str], score: str) -> list[str]:
    return ["epoch", *names, "images/s", *([score, "best"] if score else [])]


def _scores(standing: Standing, name: str) -> list[str]:
    best = standing.best["scores"].get(name) if standing.best else None
    last = standing.last["scores"].get(name)
    return [score_text(last), score_text(best) if best is not None else ""]
