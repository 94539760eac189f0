"""Verdicts over a trace: when each begins and when it ends. The same trace is judged alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from gankit.game.monitor import Monitor
from gankit.game.trace import Trace
from gankit.game.verdict import Verdict

LEVELS = ("note", "warn", "dead")
QUIET = 2  # points without a verdict, after which it has ended


@dataclass
class Standing:
    """A verdict that holds.

    Args:
        verdict: As it began.
        since: The first step of its evidence.
        step: Where it was first given.
        last: The number of the last point at which it was given.
    """

    verdict: Verdict
    since: int
    step: int
    last: int


@dataclass
class Judging:
    """Judges a trace point by point.

    Args:
        monitors: The judges by name.

    Attributes:
        standing: The verdicts that hold, by monitor and name.
        sick: The stretches of steps of verdicts that warn or more, from the first step of the
            evidence to the last; one that lasts has no end.
    """

    monitors: Mapping[str, Monitor]
    standing: dict[tuple[str, str], Standing] = field(default_factory=dict)
    sick: dict[tuple[str, str, int], tuple[int, int | None]] = field(default_factory=dict)

    def point(self, trace: Trace) -> list[dict[str, Any]]:
        """Judge the last point of a trace; returns the events, as `verdicts.jsonl` has them."""
        events: list[dict[str, Any]] = []
        place = {"step": trace.step, "epoch": int(trace.last("epoch")[0])}
        for name, monitor in self.monitors.items():
            for verdict in monitor.judge(trace):
                events += self._given(name, verdict, trace, place)
        return events + list(self._ended(trace, place))

    def healthy(self, step: int) -> bool:
        """Return whether no verdict that warns holds for a step."""
        return not any(
            since <= step and (end is None or step <= end) for since, end in self.sick.values()
        )

    def worst(self) -> Standing | None:
        """Return the gravest verdict that holds, the oldest of several."""
        found = self.standing.values()
        return max(found, key=lambda s: (LEVELS.index(s.verdict.level), -s.step), default=None)

    def _given(
        self, monitor: str, verdict: Verdict, trace: Trace, place: Mapping[str, int]
    ) -> Iterator[dict[str, Any]]:
        key, known = (monitor, verdict.name), self.standing.get((monitor, verdict.name))
        if known and LEVELS.index(verdict.level) <= LEVELS.index(known.verdict.level):
            known.last = len(trace)
            return
        since = known.since if known else _since(trace, verdict.points)
        self.standing[key] = Standing(verdict, since, trace.step, len(trace))
        if verdict.level != "note":
            self.sick[(*key, since)] = (since, None)
        told = asdict(verdict)
        del told["points"]
        yield {"event": "begins", "monitor": monitor, **told, "since": since, **place}

    def _ended(self, trace: Trace, place: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        for key, held in list(self.standing.items()):
            if len(trace) - held.last >= QUIET:
                del self.standing[key]
                self.sick |= {
                    k: (s, trace.step)
                    for k, (s, e) in self.sick.items()
                    if k[:2] == key and e is None
                }
                verdict = held.verdict
                told = {"name": verdict.name, "level": verdict.level, "since": held.since}
                yield {"event": "ends", "monitor": key[0], **told, **place}


def replay(judging: Judging, trace: Trace, start: int = 1) -> Iterator[list[dict[str, Any]]]:
    """Yield the events of each point of a trace, from the beginning."""
    for length in range(start, len(trace) + 1):
        yield judging.point(trace.until(length))


def _since(trace: Trace, points: int) -> int:
    """Return the first step of the last points."""
    if len(trace) <= points:
        return 1
    return int(trace.columns["step"][len(trace) - points - 1]) + 1


def monitors_by_name(named: Sequence[tuple[str, Monitor]]) -> dict[str, Monitor]:
    """Return monitors by name; a second one of a name gets a number."""
    found: dict[str, Monitor] = {}
    for name, monitor in named:
        same = sum(other.partition("#")[0] == name for other in found)
        found[f"{name}#{same + 1}" if same else name] = monitor
    return found
