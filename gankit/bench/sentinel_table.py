"""The tables of the benchmark `sentinel`: failures, controls, and what the remedies changed."""

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gankit.bench.corpus import STEPS, Case
from gankit.bench.corpus_run import Played, key
from gankit.bench.table import aligned

Cells = tuple[str, ...]
HALVES = {"even seeds (thresholds were set on them)": 0, "odd seeds": 1}
FAILURES: Cells = ("failure", "visible by", "visible", "named", "named by", "in time")
CONTROLS: Cells = ("control", "runs", "dead", "warnings")
REMEDIES: Cells = ("failure", "change", "without", "with", "better")
CLAIMS: Cells = ("setting", "change", "Fréchet distance", "clusters covered", "collapse named")


@dataclass(frozen=True)
class Table:
    """A table with its title; the first row is the head."""

    title: str
    rows: Sequence[Cells]


def tables(chosen: Sequence[Case], runs: Sequence[Played]) -> list[Table]:
    """Return the tables of the finished runs."""
    plain = [run for run in runs if not run.remedied and not run.case.claim]
    sick = [case for case in chosen if not case.healthy and not case.claim]
    well = [case for case in chosen if case.healthy]
    return [
        Table("summary", [("half", "failures named in time", *CONTROLS[2:]), *_summary(plain)]),
        Table("failures, in epochs of 48 steps", [FAILURES, *_rows(sick, plain, _failure)]),
        Table("healthy controls", [CONTROLS, *_rows(well, plain, _control)]),
        Table("Fréchet distance at the end", [REMEDIES, *_rows(sick, runs, _remedy)]),
        Table("mode collapse and a stronger discriminator", [CLAIMS, *_claims(runs)]),
    ]


def lines(found: Sequence[Table]) -> list[str]:
    """Return the tables for a terminal."""
    return [line for table in found for line in (table.title, "", *aligned(table.rows), "")]


def markdown(table: Table) -> list[str]:
    """Return the lines of a table in Markdown."""
    head, *rows = table.rows
    return [f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)]


def _rows(
    cases: Sequence[Case],
    runs: Sequence[Played],
    row: Callable[[Case, Sequence[Played]], Cells | None],
) -> Iterator[Cells]:
    for case in cases:
        own = [run for run in runs if run.case.name == case.name]
        if own and (cells := row(case, own)):
            yield cells


def _summary(runs: Sequence[Played]) -> Iterator[Cells]:
    for half, parity in HALVES.items():
        own = [run for run in runs if run.seed % 2 == parity]
        well = [run for run in own if run.case.healthy]
        dead, warned = _alarms(well)
        named = _named_in_time([run for run in own if not run.case.healthy])
        yield half, named, f"{dead} of {len(well)} runs", str(warned)


def _failure(case: Case, runs: Sequence[Played]) -> Cells:
    named = dict.fromkeys(
        key(e)
        for run in runs
        for e in run.begun
        if key(e) in case.expected and e["step"] == run.found
    )
    return (
        case.name,
        str(case.sign),
        ", ".join(_epoch(run.visible) for run in runs),
        ", ".join(_epoch(run.found) for run in runs),
        ", ".join(named),
        _named_in_time(runs),
    )


def _named_in_time(runs: Sequence[Played]) -> str:
    return f"{sum(run.in_time for run in runs)} of {sum(run.failed for run in runs)}"


def _control(case: Case, runs: Sequence[Played]) -> Cells:
    dead, warned = _alarms(runs)
    return case.name, str(len(runs)), str(dead), str(warned)


def _alarms(runs: Sequence[Played]) -> tuple[int, int]:
    """Return how many runs were called dead, and how many warnings the others had."""
    dead = [run for run in runs if any(event["level"] == "dead" for event in run.alarms)]
    return len(dead), sum(len(run.alarms) for run in runs if run not in dead)


def _remedy(case: Case, runs: Sequence[Played]) -> Cells | None:
    """Return the last scores with and without the remedy, by seeds that were played with both."""
    on = max(("jax", "tensorflow"), key=lambda b: sum(run.backend == b for run in runs))
    both = {
        seed: {run.remedied: run for run in runs if run.seed == seed and run.backend == on}
        for seed in sorted({run.seed for run in runs})
    }
    pairs = [(found[False], found[True]) for found in both.values() if len(found) == 2]
    if not pairs:
        return None
    changes = dict.fromkeys(change for _, run in pairs for change in run.changes)
    without, with_it = ([run.score for run in side] for side in zip(*pairs))
    better = sum(b < a for a, b in zip(without, with_it))
    return (
        case.name,
        ", ".join(changes) or "none fits",
        _score(without),
        _score(with_it),
        f"{better} of {len(pairs)}" if changes else "",
    )


def _claims(runs: Sequence[Played]) -> Iterator[Cells]:
    """Yield what happens in mode collapse, by setting and by what was changed."""
    groups: dict[Cells, list[Played]] = {}
    for run in sorted(runs, key=lambda run: (run.case.setting, bool(run.case.variant))):
        if run.case.failure == "collapse" and run.backend == "jax":
            change = ", ".join(run.changes) if run.remedied else run.case.variant or "none"
            groups.setdefault((run.case.setting, change), []).append(run)
    for (setting, change), every in groups.items():
        seeds = [{run.seed for run in own} for key, own in groups.items() if key[0] == setting]
        own = [run for run in every if run.seed in set.intersection(*seeds)]
        if not own:
            continue
        covered = statistics.median(run.covered for run in own)
        named = sum(run.found is not None for run in own)
        scores = _score([run.score for run in own])
        yield setting, change, scores, f"{covered:.0%}", f"{named} of {len(own)}"


def _score(values: Sequence[float]) -> str:
    """Return the median of scores."""
    found = statistics.median(values)
    return "not finite" if math.isinf(found) else f"{found:.3g}"


def _epoch(step: int | None) -> str:
    return "–" if step is None else str(math.ceil(step / STEPS))
