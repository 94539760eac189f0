"""The benchmark `ablation`: a small DCGAN with each stabilizer alone, and with none."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from gankit.bench.arms import chosen_arms
from gankit.bench.results import Results, Row
from gankit.bench.table import aligned, minutes, with_error
from gankit.data.batches import Batches
from gankit.data.dataset import Dataset
from gankit.data.scaling import from_uint8, to_uint8
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.game.sampling import conditions_of, sample
from gankit.recipe import toml
from gankit.recipe.overrides import override
from gankit.recipe.recipe import Recipe, check_recipe
from gankit.recipe.shipped import shipped_recipes
from gankit.run.experiment import assemble
from gankit.scoring.features import recipe_features

BASE = "quickstart"  # whose discriminator has no norm, which would hinder some stabilizers
PLAIN = {"architecture": {"width": 16}, "loss": {"name": "bce"}}
STEPS = 14_000  # as the recipe
HELD_OUT = 2000  # images, and as many samples
NONE = "none"
SCORE = "distance"

NOTES = (
    "Distance: Fréchet distance of 2,000 samples and 2,000 held-out images by the",
    "network that tells kinds of bricks, so it is not the FID. Real: the distance of",
    "as many training images. To none: the ratio of the geometric means. Verdict:",
    "by the difference of the logarithms, and nothing if that is within two standard",
    "errors. Three seeds detect only large differences.",
)


def measure(
    names: Sequence[str], seeds: Sequence[int], steps: int | None, out: Path, console: Console
) -> list[str]:
    """Measure what the folder `out` lacks, and return the lines of the table.

    Each seed is a game. Without names all stabilizers are measured.

    Raises:
        GankitError: There is no such stabilizer, or the folder has results with other settings.
    """
    catalogue, results = load_plugins(), Results(out)
    known = sorted(catalogue.parts["stabilizers"])
    arms = [NONE, *(name for name in chosen_arms(names, [NONE, *known]) if name != NONE)]
    for name in arms:
        recipe = _recipe(name, catalogue)
        text = f"{recipe.to_toml()}\n# steps: {steps or STEPS}\n"
        for seed in results.missing([name], seeds, text):
            row, samples = _train(name, recipe, seed, steps or STEPS, catalogue)
            results.add(row, text, samples)
            shown = f"{name}, seed {seed}: {row.values(SCORE)[0]:.3f} in {minutes(row.seconds)}"
            console.print(shown, highlight=False)
    return table([results.row(name, seeds) for name in arms])


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table, the smallest distance first; the first row is the baseline."""
    plain, *_ = rows
    ordered = sorted(rows, key=lambda row: np.nan_to_num(np.mean(row.values(SCORE)), nan=np.inf))
    cells = [_cells(row, plain) for row in ordered]
    lines = aligned([("", "distance", "to none", "recall", "time", "verdict"), *cells])
    real = with_error(plain.values("real"), 3)
    title = f"one stabilizer at a time, {len(plain.scores)} seeds each; mean ± standard error"
    base = f"{BASE}, half as wide, with bce; {plain.steps:,} steps; real images have {real}"
    return [title, base, "", *lines, "", *NOTES]


def verdict(values: Iterable[float], plain: Iterable[float]) -> str:
    """Return `helped`, `nothing`, `hurt` or, if a distance is not a number, `broke`.

    It compares logarithms, since a game that goes wrong is several times further away.
    """
    values, plain = np.log(list(values)), np.log(list(plain))
    if not np.isfinite(values).all():
        return "broke"
    if min(len(values), len(plain)) < 2 or not np.isfinite(plain).all():
        return "–"
    error = np.sqrt(values.var(ddof=1) / len(values) + plain.var(ddof=1) / len(plain))
    difference = values.mean() - plain.mean()
    if abs(difference) <= 2 * error:
        return "nothing"
    return "helped" if difference < 0 else "hurt"


def _cells(row: Row, plain: Row) -> tuple[str, ...]:
    values, reference = row.values(SCORE), plain.values(SCORE)
    ratio = np.exp(np.mean(np.log(values)) - np.mean(np.log(reference)))
    return (
        row.name,
        with_error(values, 3),
        "" if row is plain else f"{ratio:.2f}×",
        with_error(row.values("recall"), 2),
        minutes(row.seconds),
        "" if row is plain else verdict(values, reference),
    )


def _recipe(name: str, catalogue: Catalogue) -> Recipe:
    """Return the recipe with one stabilizer, or none."""
    changes: Mapping[str, Any] = {
        "dataset": {"count": 8000 + HELD_OUT},
        "stabilizers": [] if name == NONE else [{"name": name}],
        **PLAIN,
    }
    base = toml.read(shipped_recipes()[BASE])
    return check_recipe(override(base, changes, name), catalogue, f"the arm {name}")


def _train(
    name: str, recipe: Recipe, seed: int, steps: int, catalogue: Catalogue
) -> tuple[Row, np.ndarray]:
    """Train one game, and compare its samples with held-out images; return them too."""
    clock = time.perf_counter()
    table = {**recipe.given, "seed": seed}
    experiment = assemble(check_recipe(table, catalogue, f"the arm {name}"))
    data, held_out = _split(experiment.dataset)
    size = recipe.training.batch_size * max(experiment.gan.repeats.values())
    per_epoch = len(Batches(data, size, seed))
    for epoch in range(-(-steps // per_epoch)):
        left = min(per_epoch, steps - epoch * per_epoch)
        batches = Batches(data, size, seed, epoch, start=per_epoch - left)
        experiment.gan.fit(experiment.gan.epoch_of(batches), verbose=0, shuffle=False)
    given = conditions_of(experiment.gan, data, len(held_out), seed)
    samples = sample(experiment.gan, len(held_out), seed, given)
    real = _scores(recipe, held_out, from_uint8(data.arrays["images"][: len(held_out)]))
    scores = _scores(recipe, held_out, samples) | {"real": real[SCORE]}
    return Row(name, {seed: scores}, steps, time.perf_counter() - clock), to_uint8(samples)


def _scores(recipe: Recipe, real: np.ndarray, images: np.ndarray) -> dict[str, float]:
    """Return the scores of samples by the metrics of a recipe; those of broken ones are NaN."""
    if not np.isfinite(images).all():
        return dict.fromkeys((SCORE, "precision", "recall"), float("nan"))
    extract = recipe_features(recipe).extract
    seen = {"real": extract(real), "fake": extract(images)}
    distance, prdc = (metric.bound().load() for metric in recipe.metrics)
    found = {SCORE: distance(**seen), **prdc(**seen)}
    return {name: float(found[name]) for name in (SCORE, "precision", "recall")}


def _split(dataset: Dataset) -> tuple[Dataset, np.ndarray]:
    """Return the data without its last examples, and these as images in [−1, 1]."""
    kept = {name: array[:-HELD_OUT] for name, array in dataset.arrays.items()}
    held_out = from_uint8(dataset.arrays["images"][-HELD_OUT:])
    return Dataset(kept, dataset.classes, dataset.flip), held_out
