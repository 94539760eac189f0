"""gankit bench: trainings of which it is known what they should come to."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gankit.cli.console import show_lines
from gankit.cli.options import Backend, Cpu
from gankit.errors import GankitError
from gankit.spelling import listed, suggestion

EXAMPLES = """
Examples:

  gankit bench ring --backend jax

  gankit bench grid --arms plain,best --seeds 3 --steps 2000 --out bench/quick
"""


class Benchmark(StrEnum):
    """What can be measured."""

    ring = "ring"
    grid = "grid"


def bench(
    benchmark: Annotated[Benchmark, typer.Argument(help="What to measure.")],
    arms: Annotated[
        str | None, typer.Option(metavar="ARMS", help="Which, by commas. [default: all]")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many games of each arm.")] = 10,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Of each game. [default: the arm's own]")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Where it is kept what was measured. [default: bench/BENCHMARK]"),
    ] = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Measure known cases of mode collapse, beside what was published; resumable."""
    from gankit.backend import choose_backend

    console = Console()
    chosen = choose_backend(backend, cpu)
    console.print(f"playing on {chosen}, {seeds} games of an arm at once", highlight=False)
    show_lines(
        measure(
            benchmark.value, arms, range(seeds), steps, out or Path("bench", benchmark), console
        )
    )


def measure(benchmark, names, seeds, steps, out, console) -> list[str]:
    """Measure what is missing in a folder, and return the lines of the table.

    Raises:
        GankitError: There is no such arm, or the folder holds what was measured otherwise.
    """
    from gankit.bench.arms import arms
    from gankit.bench.protocol import PROTOCOLS
    from gankit.bench.results import Results
    from gankit.bench.table import table

    chosen = _chosen(arms(benchmark), names)
    results = Results(out, PROTOCOLS[benchmark])
    for arm in chosen:
        _measure(arm, results, seeds, steps, console)
    return table(benchmark, [results.row(row, seeds) for arm in chosen for row in arm.rows])


def _measure(arm, results, seeds, steps, console) -> None:
    from gankit.bench.play import budget, play

    recipe = budget(arm, steps)
    text = f"{recipe[0].to_toml()}\n# steps of each stage: {recipe[1]}\n"
    missing = results.missing(arm.rows, seeds, text)
    if not missing:
        console.print(f"{arm.name}: measured before, in {results.folder}", highlight=False)
        return
    with console.status(f"{arm.name}: …") as status:

        def watch(step: int, total: int) -> None:
            status.update(f"{arm.name}: step {step:,} of {total:,}")

        for played in list(play(arm, missing, results.protocol.samples, steps, watch)):
            results.add(played, missing, text)
            console.print(f"{played.row}: {played.seconds:.0f} s", highlight=False)


def _chosen(arms, names: str | None) -> list:
    wanted = [name.strip() for name in names.split(",")] if names else list(arms)
    for name in wanted:
        if name not in arms:
            raise GankitError(
                f"no arm {name!r}.{suggestion(name, arms)} Allowed: {listed(arms)}",
                "gankit bench --help",
            )
    return [arms[name] for name in wanted]
