"""Verdicts over a trace: when each begins and when it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from gankit.game.monitor import Monitor
from gankit.game.trace import Trace
from gankit.game.verdict import Verdict

LEVELS = ("note", "warn", "dead")
QUIET = 2  # points without a verdict that end it


@dataclass
class Standing:
    """A verdict that holds.

    Args:
        verdict: The verdict as it began.
        since: The first step of its evidence.
        step: The step at which it was first given.
        last: The number of the last point at which it was given.
    """

    verdict: Verdict
    since: int
    step: int
    last: int


@dataclass
class Judging:
    """Judges a trace point by point; the same trace always gets the same verdicts.

    Args:
        monitors: The monitors by name.

    Attributes:
        standing: The verdicts that hold, by monitor and name.
        sick: The first and the last step of each verdict that warns or more; None as the last if
            it still holds.
        failed: The exceptions of the monitors that are switched off because of them, by name.
    """

    monitors: Mapping[str, Monitor]
    standing: dict[tuple[str, str], Standing] = field(default_factory=dict)
    sick: dict[tuple[str, str, int], tuple[int, int | None]] = field(default_factory=dict)
    failed: dict[str, Exception] = field(default_factory=dict)

    def point(self, trace: Trace) -> list[dict[str, Any]]:
        """Judge the last point of a trace and return the events, as in `verdicts.jsonl`."""
        events: list[dict[str, Any]] = []
        place = {"step": trace.step, "epoch": int(trace.last("epoch")[0])}
        for name in self.monitors:
            for verdict in self._judged(name, trace):
                events += self._given(name, verdict, trace, place)
        return events + list(self._ended(trace, place))

    def healthy(self, step: int) -> bool:
        """Return whether no verdict that warns holds for a step."""
        return not any(
            since <= step and (end is None or step <= end) for since, end in self.sick.values()
        )

    def worst(self) -> Standing | None:
        """Return the most serious verdict that holds, the oldest if there are several."""
        found = self.standing.values()
        return max(found, key=lambda s: (LEVELS.index(s.verdict.level), -s.step), default=None)

    def _judged(self, name: str, trace: Trace) -> list[Verdict]:
        """Return a monitor's verdicts; one that raises an exception is switched off."""
        if name in self.failed:
            return []
        try:
            return [_checked(verdict) for verdict in self.monitors[name].judge(trace)]
        except Exception as error:
            self.failed[name] = error
            return []

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
    """Yield the events of each point of a trace."""
    for length in range(start, len(trace) + 1):
        yield judging.point(trace.until(length))


def _checked(verdict: Verdict) -> Verdict:
    if not isinstance(verdict, Verdict) or verdict.level not in LEVELS:
        raise TypeError(f"judge must yield gankit.Verdict. Received: {verdict!r}")
    return verdict


def _since(trace: Trace, points: int) -> int:
    """Return the first step of the last points."""
    if len(trace) <= points:
        return 1
    return int(trace.columns["step"][len(trace) - points - 1]) + 1


def monitors_by_name(named: Sequence[tuple[str, Monitor]]) -> dict[str, Monitor]:
    """Return monitors by name; a second one of the same name gets a number."""
    found: dict[str, Monitor] = {}
    for name, monitor in named:
        same = sum(other.partition("#")[0] == name for other in found)
        found[f"{name}#{same + 1}" if same else name] = monitor
    return found
