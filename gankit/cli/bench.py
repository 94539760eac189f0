"""gankit bench: trainings with known results."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from gankit.backend import announce, choose_backend
from gankit.cli.app import command
from gankit.cli.console import show_lines
from gankit.cli.options import Backend, Cpu, number, text
from gankit.errors import GankitError
from gankit.terminal import terminal

Benchmark = Literal["ring", "grid", "stacked-mnist", "ablation", "sentinel"]


@command(
    "bench ring --backend jax",
    "bench grid --arms plain,best --seeds 3 --steps 2000 --out bench/quick",
)
def bench(
    benchmark: Annotated[
        Benchmark,
        typer.Argument(
            metavar="BENCHMARK",
            show_choices=False,
            help="ring or grid, points with known modes; stacked-mnist, digits in 1,000 modes; "
            "ablation, one stabilizer at a time; or sentinel, monitors on runs made to fail.",
        ),
    ],
    arms: Annotated[str, text("NAMES", "Arms, separated by commas; all by default.")] = "",
    seeds: Annotated[
        int, number("Games of each arm; 0 plays 10 of points, 2 of stacked-mnist, else 3.", 0)
    ] = 0,
    steps: Annotated[int | None, number("Steps of each game.", 1, default="the arm's own")] = None,
    out: Annotated[
        Path | None, text("FOLDER", "The folder of the results.", "bench/BENCHMARK")
    ] = None,
    data: Annotated[
        Path | None,
        text("FILE", "MNIST for stacked-mnist, as for the dataset mnist.", "Keras downloads it"),
    ] = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Run benchmarks and print their results beside published ones. Earlier results are kept."""
    console = terminal()
    choose_backend(backend, cpu)
    announce(console.print, cpu)
    from gankit.bench import ablation, mixtures, sentinel, stacked_mnist

    names = [name.strip() for name in arms.split(",") if name.strip()]
    folder = out or Path("bench", benchmark)
    if benchmark == "ablation":
        lines = ablation.measure(names, range(seeds or 3), steps, folder, console)
    elif benchmark == "stacked-mnist":
        lines = stacked_mnist.measure(names, range(seeds or 2), steps, data, folder, console)
    elif benchmark == "sentinel":
        if steps is not None:
            raise GankitError("the runs of sentinel have a fixed length", "leave out --steps")
        lines = sentinel.measure(names, range(seeds or 3), folder, console)
    else:
        request = names, range(seeds or 10), steps, folder, console
        lines = mixtures.measure(benchmark, *request)
    show_lines(lines)
