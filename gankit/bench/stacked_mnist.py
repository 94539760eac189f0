"""The benchmark `stacked-mnist`: how many of 1,000 modes do the arms find?"""

import gc
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
from rich.console import Console

from gankit.bench.arms import chosen_arms
from gankit.bench.digits import ModeScore, digits
from gankit.bench.results import Results, Row
from gankit.bench.stacked_arms import STEPS, stacked_arms
from gankit.bench.stacked_table import table
from gankit.bench.table import minutes
from gankit.errors import GankitError, Interrupted
from gankit.files import read, write
from gankit.game.sampling import sample
from gankit.recipe.recipe import Recipe
from gankit.run.callbacks import NotFinite
from gankit.run.folder import RunFolder
from gankit.run.history import read_history
from gankit.run.load import restore
from gankit.run.train import train

SAMPLES = 26_000  # as in VEEGAN's protocol
BEGAN, BROKEN = "arm.toml", "broken.txt"


def measure(
    names: Sequence[str],
    seeds: Sequence[int],
    steps: int | None,
    data: Path | None,
    out: Path,
    console: Console,
) -> list[str]:
    """Measure what the folder `out` lacks, and return the lines of the table.

    Each seed is a run in a folder of its own, and goes on where it was stopped. Without names all
    arms are measured. `data` is where MNIST is; Keras downloads it if None.

    Raises:
        GankitError: There is no such arm, the folder has results with other settings, MNIST cannot
            be read, or the user stopped the benchmark.
    """
    known, results = stacked_arms(), Results(out)
    chosen = [known[name] for name in chosen_arms(names, list(known))]
    steps, path = steps or STEPS, str(data.resolve()) if data else None
    for arm in chosen:
        text = arm.read(steps=steps).to_toml()
        for seed in results.missing([arm.name], seeds, text):
            folder = out / f"{arm.name}-{seed}"
            seconds = _train(arm.read(seed, steps, path), folder, console)
            row = Row(arm.name, {seed: _scores(folder, seed, path)}, steps, seconds)
            results.add(row, text)
            console.print(_said(row, seed), highlight=False)
    return table([results.row(arm.name, seeds) for arm in chosen])


def _train(recipe: Recipe, folder: Path, console: Console) -> float:
    """Train a recipe to its end, or until a loss is not finite; return the seconds of training."""
    text = recipe.to_toml()
    if (folder / BEGAN).is_file() and read(folder / BEGAN) != text:
        raise GankitError(f"{folder} has a run with other settings", "choose another --out")
    exists = (folder / "run.json").is_file()
    run = RunFolder.open(folder) if exists else RunFolder.create(folder.name, folder)
    write(folder / BEGAN, text)
    try:
        with console.status(folder.name):
            train(recipe, run, Console(quiet=True))
    except Interrupted as stopped:
        raise GankitError(f"{stopped}", "the same command continues the benchmark") from stopped
    except NotFinite as broken:
        write(folder / BROKEN, f"{broken.step}\n")
    return sum(float(row["seconds"]) for row in read_history(run.history))


def _scores(folder: Path, seed: int, path: str | None) -> dict[str, float]:
    """Return the scores of a run's last checkpoint; a broken run has no modes."""
    classifier, found = digits(path), ModeScore(0, float("nan"))
    if not (folder / BROKEN).is_file():
        gan = restore(RunFolder.open(folder)).gan
        found = classifier.score(sample(gan, SAMPLES, seed))
    keras.utils.clear_session()
    gc.collect()
    return {**asdict(found), "accuracy": classifier.accuracy}


def _said(row: Row, seed: int) -> str:
    (modes,), (divergence,) = row.values("modes"), row.values("reverse_kl")
    found = f"{modes:.0f} modes, reverse KL {divergence:.3f}"
    broken = "" if np.isfinite(divergence) else ": the loss was not finite"
    return f"{row.name}, seed {seed}: {found} in {minutes(row.seconds)}{broken}"
