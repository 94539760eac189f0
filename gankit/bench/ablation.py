"""Each stabilizer alone, beside none: what helps a small DCGAN, what does nothing, what hurts."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from gankit.bench.mixtures import pick
from gankit.bench.results import Results, Row
from gankit.bench.table import aligned, clock, with_error
from gankit.data.batches import Batches
from gankit.data.dataset import Dataset
from gankit.data.scaling import from_uint8
from gankit.discovery.part import pick as pick_part
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.game.sampling import sample
from gankit.recipe import toml
from gankit.recipe.overrides import override
from gankit.recipe.recipe import Recipe, check_recipe
from gankit.recipe.shipped import shipped_recipes
from gankit.run.experiment import assemble
from gankit.scoring.features import Features
from gankit.scoring.features import features as features_named

BASE = "quickstart"
STEPS = 1500
HELD_OUT = 2000  # images that nobody trains on, and as many samples
NONE = "none"
SCORE = "distance"

NOTES = (
    "Distance: Fréchet's, of the pixels (area means, at most 16 × 16) of 2,000",
    "samples and of 2,000 images that were held out, in float64. It is no FID:",
    "there is no network in it. Real: of as many images that were trained on.",
    "Verdict: by the difference to none; nothing, where it is within two standard",
    "errors of itself. Three seeds find only what is large.",
)


def measure(
    names: Sequence[str], seeds: Sequence[int], steps: int | None, out: Path, console: Console
) -> list[str]:
    """Measure what a folder lacks, and return the lines of the table.

    Args:
        names: Of the stabilizers; all that there are if none is named.
        seeds: A game is played for each.
        steps: Of each game.
        out: The folder.
        console: Where to show how it goes.

    Raises:
        GankitError: There is no such stabilizer, or the folder holds what was measured otherwise.
    """
    catalogue, results = load_plugins(), Results(out)
    chosen = [NONE, *pick([n for n in names if n != NONE], sorted(catalogue.parts["stabilizers"]))]
    for name in chosen:
        recipe = _recipe(name, catalogue)
        for seed in results.missing([name], seeds, _text(recipe, steps)):
            row = _played(name, recipe, seed, steps or STEPS, catalogue)
            results.add(row, _text(recipe, steps))
            shown = f"{name}, seed {seed}: {row.values(SCORE)[0]:.3f} in {clock(row.seconds)}"
            console.print(shown, highlight=False)
    return table([results.row(name, seeds) for name in chosen])


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of a table, the least distance first.

    Args:
        rows: What was measured; the first of them without a stabilizer.
    """
    plain, *_ = rows
    ordered = sorted(rows, key=lambda row: _rank(row.values(SCORE)))
    cells = [_cells(row, plain) for row in ordered]
    lines = aligned([("", "distance", "to none", "steps", "time", "verdict"), *cells])
    real = with_error(plain.values("real"), 3)
    title = f"one stabilizer at a time, {len(plain.scores)} seeds each; mean ± standard error"
    return [title, f"recipe {BASE}; real images have {real}", "", *lines, "", *NOTES]


def verdict(values: Iterable[float], plain: Iterable[float]) -> str:
    """Return `helped`, `nothing`, `hurt` or, where a game came to no number, `broke`."""
    values, plain = np.array(list(values)), np.array(list(plain))
    if not np.isfinite(values).all():
        return "broke"
    if min(len(values), len(plain)) < 2:
        return "–"
    error = np.sqrt(values.var(ddof=1) / len(values) + plain.var(ddof=1) / len(plain))
    difference = values.mean() - plain.mean()
    if abs(difference) <= 2 * error:
        return "nothing"
    return "helped" if difference < 0 else "hurt"


def _cells(row: Row, plain: Row) -> tuple[str, ...]:
    values = row.values(SCORE)
    difference = np.mean(values) - np.mean(plain.values(SCORE))
    return (
        row.name,
        with_error(values, 3),
        "" if row is plain else f"{difference:+.3f}",
        f"{row.steps:,}",
        clock(row.seconds),
        "" if row is plain else verdict(values, plain.values(SCORE)),
    )


def _rank(values: Sequence[float]) -> float:
    mean = float(np.mean(values))
    return mean if np.isfinite(mean) else float("inf")


def _recipe(name: str, catalogue: Catalogue) -> Recipe:
    """Return the recipe with one stabilizer, or none."""
    changes: Mapping[str, Any] = {
        "dataset": {"count": 8000 + HELD_OUT},
        "stabilizers": [] if name == NONE else [{"name": name}],
    }
    base = toml.read(shipped_recipes()[BASE])
    return check_recipe(override(base, changes, name), catalogue, f"the arm {name}")


def _text(recipe: Recipe, steps: int | None) -> str:
    return f"{recipe.to_toml()}\n# steps: {steps or STEPS}\n"


def _played(name: str, recipe: Recipe, seed: int, steps: int, catalogue: Catalogue) -> Row:
    """Train one game, and return its distance from the images that were held out."""
    clock = time.perf_counter()
    table = {**recipe.given, "seed": seed}
    experiment = assemble(check_recipe(table, catalogue, f"the arm {name}"))
    trained, held_out = _split(experiment.dataset)
    size = recipe.training.batch_size * max(experiment.gan.repeats.values())
    per_epoch = len(Batches(trained, size, seed))
    for epoch in range(-(-steps // per_epoch)):
        left = min(per_epoch, steps - epoch * per_epoch)
        batches = Batches(trained, size, seed, epoch, start=per_epoch - left)
        experiment.gan.fit(batches, verbose=0, shuffle=False)
    samples = sample(experiment.gan, len(held_out), seed, trained.spec.classes)
    distance = pick_part(catalogue.parts["metrics"], "metrics", "frechet-distance").load()
    features = features_named("pixels", catalogue=catalogue)
    real = features.extract(held_out)
    scores = {
        SCORE: _distance(distance, features, real, samples),
        "real": _distance(
            distance, features, real, from_uint8(trained.arrays["images"][: len(held_out)])
        ),
    }
    return Row(name, {seed: scores}, steps, time.perf_counter() - clock)


def _distance(distance, features: Features, real: np.ndarray, images: np.ndarray) -> float:
    return distance(real, features.extract(images)) if np.isfinite(images).all() else np.nan


def _split(dataset: Dataset) -> tuple[Dataset, np.ndarray]:
    """Return the data without its last examples, and these as images in [−1, 1]."""
    trained = {name: array[:-HELD_OUT] for name, array in dataset.arrays.items()}
    held_out = from_uint8(dataset.arrays["images"][-HELD_OUT:])
    return Dataset(trained, dataset.classes, dataset.flip), held_out
