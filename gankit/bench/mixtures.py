"""The benchmarks `ring` and `grid`: how many modes of a mixture do the arms find?"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from gankit.bench.arms import Arm, arms, chosen_arms
from gankit.bench.mixture_scores import MIXTURES, Mixture
from gankit.bench.results import Results, Row
from gankit.bench.table import table
from gankit.bench.training import budget, train


def measure(
    benchmark: str,
    names: Sequence[str],
    seeds: Sequence[int],
    steps: int | None,
    out: Path,
    console: Console,
) -> list[str]:
    """Measure what the folder `out` lacks, and return the lines of the table.

    Each seed is a game. Without names all arms are measured, without steps as long as they say.

    Raises:
        GankitError: There is no such arm, or the folder has results with other settings.
    """
    known, results = arms(benchmark), Results(out)
    wanted = [known[name] for name in chosen_arms(names, list(known))]
    for arm in wanted:
        _measure(arm, MIXTURES[benchmark], results, seeds, steps, console)
    return table(benchmark, [results.row(row, seeds) for arm in wanted for row in arm.rows])


def _measure(
    arm: Arm,
    mixture: Mixture,
    results: Results,
    seeds: Sequence[int],
    steps: int | None,
    console: Console,
) -> None:
    recipe, lengths = budget(arm, steps)
    text = f"{recipe.to_toml()}\n# steps of each stage: {lengths}\n"
    missing = results.missing(arm.rows, seeds, text)
    if not missing:
        console.print(f"{arm.name}: already measured, in {results.folder}", highlight=False)
        return
    with console.status(arm.name) as status:

        def watch(step: int, total: int) -> None:
            status.update(f"{arm.name}: step {step:,} of {total:,}")

        for trained in train(arm, missing, mixture.samples, steps, watch):
            scores = [asdict(mixture.score(points)) for points in trained.samples]
            row = Row(trained.row, dict(zip(missing, scores)), trained.steps, trained.seconds)
            results.add(row, text, trained.samples)
            console.print(f"{row.name}: {row.seconds:.0f} s", highlight=False)
