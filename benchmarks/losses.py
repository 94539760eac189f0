"""Compare losses on equal terms: small dense networks, and the same processor time for each game.

    KERAS_BACKEND=jax python benchmarks/losses.py DATA OUT
    KERAS_BACKEND=jax python benchmarks/losses.py DATA OUT --choose --seeds 1 --seconds 10

DATA is a folder with `mnist.npz` and `fashion_mnist.npz`, OUT the folder of the results. Each game
is scored three times, by the features of a classifier of the data, with the weights of the moment.
With `--choose` each loss plays with each candidate; the best on MNIST is in BEST. Run it again to
play only what is missing.
"""

import gc
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import keras
import numpy as np
import typer

from gankit.bench.results import Results, Row
from gankit.bench.table import aligned, with_error
from gankit.data.batches import Batches
from gankit.data.scaling import from_uint8
from gankit.discovery.plugins import load_plugins
from gankit.game.sampling import sample
from gankit.recipe import toml
from gankit.recipe.overrides import override
from gankit.recipe.recipe import Recipe, check_recipe
from gankit.recipe.shipped import shipped_recipes
from gankit.run.experiment import assemble
from gankit.scoring.features import Features, features
from gankit_standard.metrics.distances import frechet_distance
from gankit_standard.metrics.manifolds import prdc

LOSSES = ("minimax", "bce", "hinge", "least-squares", "wasserstein", "relativistic")
CANDIDATES: dict[str, list[dict[str, Any]]] = {
    "none": [],
    "r1": [{"name": "r1", "gamma": 1.0}],
    "r1+r2": [{"name": name, "gamma": 1.0} for name in ("r1", "r2")],
    "gradient-penalty": [{"name": "gradient-penalty"}],
    "spectral-norm": [{"name": "spectral-norm"}],
}
BEST = {  # of --choose
    "minimax": "r1",
    "bce": "r1+r2",
    "hinge": "r1+r2",
    "least-squares": "spectral-norm",
    "wasserstein": "gradient-penalty",
    "relativistic": "r1+r2",
}
DATA = {"mnist": "mnist.npz", "fashion-mnist": "fashion_mnist.npz"}
SECONDS, SCORINGS, CHUNK = 24.0, 3, 200  # a chunk is what is played between two looks at the clock
SCORED = 2000
PRESENT = 0.01  # of the samples make a class present; each has a tenth of the real images
SIZE = {"generator_widths": [256, 256], "discriminator_widths": [256, 256], "maxout": 1}
ADAM = {"optimizer": {"name": "adam", "learning_rate": 2e-4, "beta_1": 0.5}}


def main(
    data: Path,
    out: Path,
    seeds: int = 3,
    seconds: float = SECONDS,
    sets: str = ",".join(DATA),
    choose: Annotated[bool, typer.Option("--choose")] = False,
) -> None:
    """Play what the folder lacks, and print a table for each set of images."""
    chosen = dict.fromkeys(LOSSES, tuple(CANDIDATES)) if choose else pairs()
    for name in sets.split(","):
        bench = Bench(name, data / DATA[name], Results(out), range(seeds), seconds)
        rows = [bench.row(loss, each) for loss, candidates in chosen.items() for each in candidates]
        print(f"\n{name}\n", *aligned([HEAD, *map(cells, rows)]), sep="\n", flush=True)


@dataclass(frozen=True)
class Bench:
    """The games on one set of images."""

    name: str
    path: Path
    results: Results
    seeds: Sequence[int]
    seconds: float

    def row(self, loss: str, candidate: str) -> Row:
        """Return the row of a loss with a candidate; play the games that it lacks."""
        recipe = read(self.name, self.path, loss, candidate)
        text = f"{recipe.to_toml()}\n# seconds: {self.seconds}\n"
        arm = f"{self.name} {loss} {candidate}"
        for seed in self.results.missing([arm], self.seeds, text):
            row = play(recipe, arm, seed, self.seconds, self.known)
            self.results.add(row, text)
            print(arm, seed, json.dumps(row.scores[seed]), flush=True)
        return self.results.row(arm, self.seeds)

    @cached_property
    def known(self) -> "Known":
        """The real images, whose classifier is trained when a game needs it."""
        return Known(read(self.name, self.path, "bce", "none"))


def pairs() -> dict[str, tuple[str, ...]]:
    """Return for each loss `none` and its best candidate."""
    return {loss: ("none", BEST[loss]) for loss in LOSSES}


def read(name: str, path: Path, loss: str, candidate: str) -> Recipe:
    """Return the recipe of a game."""
    changes = {
        "dataset": {"name": name, "path": str(path.resolve())},
        "architecture": SIZE,
        "loss": {"name": loss},
        "stabilizers": CANDIDATES[candidate],
        "players": {"generator": ADAM, "discriminator": ADAM},
        "training": {"batch_size": 64, "updates": "simultaneous"},
    }
    base = toml.read(shipped_recipes()["minimax_mnist"])
    return check_recipe(override(base, changes, loss), load_plugins(), loss)


class Known:
    """Real images of a set, as features, and the classifier that makes them."""

    def __init__(self, recipe: Recipe):
        data = recipe.dataset.make()
        self.features: Features = features("classifier", data)
        images = data.arrays["images"]
        places = np.random.default_rng(0).permutation(len(images))[: 5 * SCORED]
        self.real = self.features.extract(from_uint8(np.asarray(images[np.sort(places)])))

    def scores(self, images: np.ndarray) -> dict[str, float]:
        """Return the scores of samples; those of broken ones are not numbers."""
        names = ("distance", "precision", "recall", "classes")
        if not np.isfinite(images).all():
            return dict.fromkeys(names, float("nan"))
        seen = self.features.extract(images)
        assert self.features.classify is not None
        named = np.argmax(self.features.classify(seen), axis=1)
        present = np.bincount(named, minlength=10) >= PRESENT * len(named)
        found = prdc(self.real[:SCORED], seen)
        distance = float(frechet_distance(self.real, seen))
        return dict(zip(names, (distance, found["precision"], found["recall"], present.sum())))


def play(recipe: Recipe, arm: str, seed: int, seconds: float, known: Known) -> Row:
    """Train a game for so many seconds of processor time, and score it on the way."""
    table = {**recipe.given, "seed": seed}
    experiment = assemble(check_recipe(table, load_plugins(), arm))
    gan, played, history = experiment.gan, 0.0, []
    steps = chunk(gan, experiment.dataset, recipe, seed, 0)  # compiles, and is not timed
    while len(history) < SCORINGS:
        clock = time.process_time()
        steps += chunk(gan, experiment.dataset, recipe, seed, steps)
        played += time.process_time() - clock
        if played >= seconds * (len(history) + 1) / SCORINGS:
            history.append(known.scores(np.asarray(sample(gan, SCORED, seed))))
    scores = {name: float(value) for name, value in history[-1].items()}
    distances = [found["distance"] for found in history]
    scores |= {"best": float(np.nanmin([*distances, np.inf])), "steps": steps}
    keras.utils.clear_session()
    gc.collect()
    return Row(arm, {seed: scores}, steps, played)


def chunk(gan: Any, dataset: Any, recipe: Recipe, seed: int, steps: int) -> int:
    """Play some steps, and return their number."""
    size = recipe.training.batch_size
    per_epoch = len(Batches(dataset, size, seed))
    epoch, start = divmod(steps, per_epoch)
    batches = Batches(dataset, size, seed, epoch, start=start)
    batches.steps = min(start + CHUNK, per_epoch)
    gan.fit(gan.epoch_of(batches), verbose=0, shuffle=False)
    return int(batches.steps - start)


DIGITS = {"distance": 1, "best": 1, "precision": 2, "recall": 2, "classes": 1, "steps": 0}
HEAD = ("", *DIGITS)


def cells(row: Row) -> tuple[str, ...]:
    """Return a line of the table."""
    return (row.name, *(with_error(row.values(name), digits) for name, digits in DIGITS.items()))


if __name__ == "__main__":
    typer.run(main)
