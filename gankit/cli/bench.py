"""gankit bench: trainings of which it is known what they should come to."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gankit.cli.console import show_lines, show_start, terminal
from gankit.cli.options import Backend, Cpu

EXAMPLES = """
Examples:

  gankit bench ring --backend jax

  gankit bench grid --arms plain,best --seeds 3 --steps 2000 --out bench/quick
"""


class Benchmark(StrEnum):
    """What can be measured."""

    ring = "ring"
    grid = "grid"
    ablation = "ablation"


def bench(
    benchmark: Annotated[
        Benchmark,
        typer.Argument(
            metavar="BENCHMARK",
            help="Points in a ring or a grid; or images, a stabilizer at a time.",
        ),
    ],
    arms: Annotated[str, typer.Option(metavar="NAMES", help="With commas; all if empty.")] = "",
    seeds: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, help="How many games of each arm; 0: 10, or 3 of the ablation."
        ),
    ] = 0,
    steps: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Of each game.", show_default="the arm's own"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Keeps what was measured.", show_default="bench/BENCHMARK"
        ),
    ] = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Measure known cases, beside what was published; what was measured before is kept."""
    console = terminal()
    show_start(console, backend, cpu)
    from gankit.bench import ablation, mixtures

    names = [name.strip() for name in arms.split(",") if name.strip()]
    folder = out or Path("bench", benchmark.value)
    if benchmark == Benchmark.ablation:
        lines = ablation.measure(names, range(seeds or 3), steps, folder, console)
    else:
        measured = names, range(seeds or 10), steps, folder, console
        lines = mixtures.measure(benchmark.value, *measured)
    show_lines(lines)
