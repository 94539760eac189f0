"""The scores of runs over their epochs, and which of them are comparable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gankit.recipe.settings import Direction
from gankit.reporting.run_data import RunData
from gankit.run.score_file import Line

Protocol = Mapping[str, Any]

# Where a line's scores are from; all else but the scores themselves is the protocol.
_PLACE = ("verb", "stage", "epoch", "step", "checkpoint")
_RESULTS = ("scores", "titles", "better", "best_by")
# May differ between comparable scores. The digest identifies the real examples, not their source.
_SAMPLES = ("real", "generated", "averaged", "seed", "backend")


@dataclass(frozen=True)
class ScoreHistory:
    """One score of one run over its epochs, measured by one protocol.

    Only scores of the same protocol are comparable.
    """

    run: int  # its index
    score: str
    title: str  # the name on a page
    protocol: str  # its letter
    epochs: Sequence[float]
    values: Sequence[float]
    samples: Protocol  # the source of the last measurement's samples
    better: Direction | None = None

    @property
    def last(self) -> tuple[float, float]:
        """The epoch and the value of the last measurement."""
        return self.epochs[-1], self.values[-1]

    @property
    def best(self) -> tuple[float, float] | None:
        """The epoch and the value of the best measurement; None without a better direction."""
        if self.better is None:
            return None
        value = {"low": min, "high": max}[self.better](self.values)
        return self.epochs[self.values.index(value)], value


@dataclass(frozen=True)
class ScoreHistories:
    """All scores of some runs: deciding ones first, then by name, protocol and run."""

    histories: Sequence[ScoreHistory]
    protocols: Mapping[str, Protocol]

    def differences(self) -> dict[str, list[Any]]:
        """Return where the protocols differ: the value of each, by name."""
        names = dict.fromkeys(name for protocol in self.protocols.values() for name in protocol)
        values = {name: [p.get(name) for p in self.protocols.values()] for name in names}
        return {name: found for name, found in values.items() if any(v != found[0] for v in found)}


def score_histories(runs: Sequence[RunData]) -> ScoreHistories:
    """Return the scores of some runs, from their `scores.jsonl`."""
    protocols: dict[str, Protocol] = {}
    lines: dict[tuple[str, str, int], list[Line]] = {}
    for number, run in enumerate(runs):
        for line in sorted(run.scored, key=lambda line: line.get("step", 0)):
            letter = _letter(protocols, _protocol(line))
            for name in line["scores"]:
                lines.setdefault((name, letter, number), []).append(line)
    deciding = {line.get("best_by") for run in runs for line in run.scored}
    ordered = sorted(lines.items(), key=lambda item: (item[0][0] not in deciding, item[0]))
    found = [
        _history(runs[number], number, score, letter, its)
        for (score, letter, number), its in ordered
    ]
    return ScoreHistories(found, protocols)


def _protocol(line: Line) -> Protocol:
    left_out = (*_PLACE, *_RESULTS, *_SAMPLES)
    return {name: value for name, value in line.items() if name not in left_out}


def _letter(protocols: dict[str, Protocol], protocol: Protocol) -> str:
    """Return the letter of a protocol, a new one if it is new."""
    known = (letter for letter, other in protocols.items() if other == protocol)
    letter = next(known, None) or chr(ord("A") + len(protocols))
    protocols[letter] = protocol
    return letter


def _history(
    data: RunData, run: int, score: str, protocol: str, lines: Sequence[Line]
) -> ScoreHistory:
    """Return a score's history; the last measurement of an epoch counts."""
    last = lines[-1]
    values = {
        line["epoch"] if "epoch" in line else data.epoch_of(line.get("step", 0)): line["scores"][
            score
        ]
        for line in lines
    }
    samples = {name: last[name] for name in _SAMPLES if name in last}
    title, better = last.get("titles", {}).get(score, score), last.get("better", {}).get(score)
    epochs, numbers = [*values], [*values.values()]
    return ScoreHistory(run, score, title, protocol, epochs, numbers, samples, better)
