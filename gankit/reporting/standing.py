"""How the scores of runs stand: the last and the best, and which can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gankit.reporting.record import Record

Direction = Literal["low", "high"]
Line = Way = Mapping[str, Any]

# What a line of scores.jsonl has beside its provenance.
_NO_PROVENANCE = (
    *("verb", "stage", "epoch", "step", "checkpoint"),
    *("scores", "left_out", "better", "best_by"),
)
# What may differ between scores that can be compared: it tells which samples they are of. Where
# real examples are from is told better by their digest.
_OF_THE_SAMPLES = ("real", "generated", "averaged", "seed", "backend")


@dataclass(frozen=True)
class Standing:
    """A score of a run over its epochs, measured in one way.

    Args:
        run: The number of the run.
        score: The name of the score.
        way: The letter of the way in which it was measured; only one letter's compare.
        epochs: When it was measured, the last at the end.
        values: What was measured.
        samples: What the samples of the last measurement were.
        better: `low` or `high`; None where the metric does not tell.
    """

    run: int
    score: str
    way: str
    epochs: Sequence[float]
    values: Sequence[float]
    samples: Way
    better: Direction | None = None

    @property
    def last(self) -> tuple[float, float]:
        """The epoch of the last measurement, and its value."""
        return self.epochs[-1], self.values[-1]

    @property
    def best(self) -> tuple[float, float] | None:
        """The epoch of the best measurement, and its value, where it can be told."""
        if self.better is None:
            return None
        value = {"low": min, "high": max}[self.better](self.values)
        return self.epochs[self.values.index(value)], value


@dataclass(frozen=True)
class Standings:
    """All scores of some runs.

    Args:
        standings: In the order of scores, ways and runs.
        ways: How scores were made, by letter: what those of a letter have in common.
    """

    standings: Sequence[Standing]
    ways: Mapping[str, Way]

    def differences(self) -> dict[str, list[Any]]:
        """Return what makes scores of different letters incomparable: a value for each letter."""
        names = list(dict.fromkeys(name for way in self.ways.values() for name in way))
        values = {name: [way.get(name) for way in self.ways.values()] for name in names}
        return {name: found for name, found in values.items() if any(v != found[0] for v in found)}


def standings(records: Sequence[Record]) -> Standings:
    """Return how the scores of some runs stand, as their lines in `scores.jsonl` say."""
    ways: dict[str, Way] = {}
    lines: dict[tuple[str, str, int], list[Line]] = {}
    for number, record in enumerate(records):
        for line in sorted(record.scored, key=lambda line: line.get("step", 0)):
            letter = _letter(ways, _way(line))
            for name in line["scores"]:
                lines.setdefault((name, letter, number), []).append(line)
    found = [
        _standing(records[run], run, score, letter, its)
        for (score, letter, run), its in sorted(lines.items())
    ]
    return Standings(found, ways)


def _way(line: Mapping[str, Any]) -> Way:
    """Return what scores must have in common to be compared."""
    left_out = (*_NO_PROVENANCE, *_OF_THE_SAMPLES)
    return {name: value for name, value in line.items() if name not in left_out}


def _letter(ways: dict[str, Way], way: Way) -> str:
    for letter, known in ways.items():
        if known == way:
            return letter
    letter = _in_letters(len(ways))
    ways[letter] = way
    return letter


def _in_letters(number: int) -> str:
    """Return A, B, … Z, AA, AB, …"""
    more, place = divmod(number, 26)
    return (_in_letters(more - 1) if more else "") + chr(ord("A") + place)


def _standing(record: Record, run: int, score: str, way: str, lines: Sequence[Line]) -> Standing:
    """Return a score's standing; of several measurements of an epoch the last counts."""
    values = {_epoch(record, line): line["scores"][score] for line in lines}
    samples = {name: lines[-1][name] for name in _OF_THE_SAMPLES if name in lines[-1]}
    better = lines[-1].get("better", {}).get(score)
    return Standing(run, score, way, list(values), list(values.values()), samples, better)


def _epoch(record: Record, line: Line) -> float:
    return line["epoch"] if "epoch" in line else record.epoch_of(line.get("step", 0))
