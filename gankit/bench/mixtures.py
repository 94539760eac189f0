"""Measures what is missing of a ring or a grid, and makes the table."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from gankit.bench.arms import Arm, arms
from gankit.bench.mixture_scores import PROTOCOLS, Protocol
from gankit.bench.results import Results, Row
from gankit.bench.table import table
from gankit.bench.training import budget, play
from gankit.errors import GankitError
from gankit.messages import listed, suggestion


def measure(
    benchmark: str,
    names: Sequence[str],
    seeds: Sequence[int],
    steps: int | None,
    out: Path,
    console: Console,
) -> list[str]:
    """Measure what a folder lacks, and return the lines of the table.

    Args:
        benchmark: `ring` or `grid`.
        names: Of the arms; all if there are none.
        seeds: A game is played for each.
        steps: Of each game; the arm's own if not given.
        out: The folder.
        console: Where to show how it goes.

    Raises:
        GankitError: There is no such arm, or the folder holds what was measured otherwise.
    """
    known, results = arms(benchmark), Results(out)
    chosen = [known[name] for name in pick(names, list(known))]
    for arm in chosen:
        _measure(arm, PROTOCOLS[benchmark], results, seeds, steps, console)
    return table(benchmark, [results.row(row, seeds) for arm in chosen for row in arm.rows])


def pick(names: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    """Return the arms that are named, all of them if none is.

    Raises:
        GankitError: There is no such arm.
    """
    for name in names:
        if name not in known:
            raise GankitError(
                f"there is no arm {name!r}.{suggestion(name, known)} Allowed: {listed(known)}",
                "gankit bench --help",
            )
    return names or known


def _measure(
    arm: Arm, protocol: Protocol, results: Results, seeds, steps: int | None, console: Console
) -> None:
    recipe, lengths = budget(arm, steps)
    text = f"{recipe.to_toml()}\n# steps of each stage: {lengths}\n"
    missing = results.missing(arm.rows, seeds, text)
    if not missing:
        console.print(f"{arm.name}: measured before, in {results.folder}", highlight=False)
        return
    with console.status(arm.name) as status:

        def watch(step: int, total: int) -> None:
            status.update(f"{arm.name}: step {step:,} of {total:,}")

        for played in list(play(arm, missing, protocol.samples, steps, watch)):
            scores = (asdict(protocol.score(points)) for points in played.samples)
            row = Row(played.row, dict(zip(missing, scores)), played.steps, played.seconds)
            results.add(row, text, played.samples)
            console.print(f"{row.name}: {row.seconds:.0f} s", highlight=False)
