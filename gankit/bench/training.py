"""Training of an arm, all seeds at once, and its samples."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from gankit.bench.arms import Arm
from gankit.bench.density_ratio import density_ratio_game
from gankit.bench.ensemble import together
from gankit.bench.rejection import rejection_sample
from gankit.data.dataset import Dataset
from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.recipe.recipe import Recipe

Watch = Callable[[int, int], None]
BATCH = 256  # of the density-ratio discriminator


@dataclass(frozen=True)
class Trained:
    """A row of the table, after its training."""

    row: str
    samples: np.ndarray  # (seeds, samples, 2)
    steps: int  # of the game and of the density-ratio discriminator
    seconds: float  # until then, without the start of the backend


def budget(arm: Arm, steps: int | None = None) -> tuple[Recipe, list[int]]:
    """Return an arm's recipe, and the steps of each stage; `steps` in all, if given."""
    own = _steps(arm.read())
    if steps is None:
        return arm.read(), own
    pace = steps / sum(own)
    return arm.read(pace), [max(1, round(pace * count)) for count in own]


def train(
    arm: Arm, seeds: Sequence[int], count: int, steps: int | None, watch: Watch
) -> Iterator[Trained]:
    """Train an arm, and yield its rows.

    Each seed is a game, and the first one seeds all randomness. `watch` is called with the number
    of finished steps and their total.

    Raises:
        GankitError: A loss is not finite.
    """
    recipe, lengths = budget(arm, steps)
    clock = time.perf_counter()
    rejection_steps = min(arm.rejection_steps, sum(lengths))
    progress = _Progress(watch, sum(lengths) + rejection_steps)
    gan, dataset = None, recipe.dataset.make()
    for number, (stage, length) in enumerate(zip(recipe.stages(), lengths)):
        gan = _game(stage, dataset, seeds, gan)
        rows = stage.training.batch_size * _repeats(stage) * len(seeds)
        _fit(gan, _Draws(dataset, rows, length, [seeds[0], number]), progress)
    assert gan is not None  # a recipe has at least one stage
    row, *more = arm.rows
    samples = _sample(gan, len(seeds), count, 0)
    yield Trained(row, samples, sum(lengths), time.perf_counter() - clock)
    for row in more:
        game = density_ratio_game(gan, len(seeds), rejection_steps)
        draws = _Draws(dataset, BATCH * len(seeds), rejection_steps, [seeds[0], -1])
        _fit(game, draws, progress)
        samples = _accepted(gan, game, len(seeds), count, seeds[0])
        yield Trained(row, samples, progress.steps, time.perf_counter() - clock)


class _Draws(keras.utils.PyDataset):
    """Batches of rows drawn from the data with replacement, by a seed."""

    mirrors = False

    def __init__(self, dataset: Dataset, size: int, steps: int, seed: list[int]):
        super().__init__()
        self.arrays, self.size, self.steps = {"images": dataset.arrays["images"]}, size, steps
        self.seed = [number % 2**32 for number in seed]

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> tuple[Mapping[str, np.ndarray]]:
        """Return a batch (copies · batch, 2), the rows of a copy side by side."""
        rows, _ = self.rows(index)
        return ({"images": self.arrays["images"][rows]},)

    def rows(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of a batch, none of which is mirrored."""
        draw = np.random.default_rng([*self.seed, index])
        rows = draw.integers(len(self.arrays["images"]), size=self.size)
        return rows, np.zeros(self.size, bool)


class _Progress(keras.callbacks.Callback):
    """Counts the steps of an arm."""

    def __init__(self, watch: Watch, total: int):
        super().__init__()
        self.watch, self.total, self.steps = watch, total, 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the steps of a call."""
        before = self.steps
        self.steps += len(self.model.played(logs))
        if self.steps // 50 > before // 50 or self.steps == self.total:
            self.watch(self.steps, self.total)


def _fit(gan: GAN, draws: _Draws, progress: _Progress) -> None:
    gan.fit(gan.epoch_of(draws), verbose=0, shuffle=False, callbacks=[progress])
    if int(gan.broken_at.value) >= 0:
        raise GankitError(
            f"the loss is not finite since step {int(gan.broken_at.value) + 1:,}",
            "train for fewer steps (--steps), or leave out this arm (--arms)",
        )


def _game(stage: Recipe, dataset: Dataset, seeds: Sequence[int], before: GAN | None) -> GAN:
    """Return the game of a stage, a copy per seed, with the weights of the stage before."""
    random.seed(seeds[0])  # the source of Keras' seeds of initializers
    made = stage.architecture.make(dataset.spec)
    gan = GAN(
        {name: together(network, len(seeds)) for name, network in made.items()},
        stage.loss.make(),
        [stabilizer.make() for stabilizer in stage.stabilizers],
        repeats={name: player.repeats for name, player in stage.players.items()},
        simultaneous=stage.training.updates == "simultaneous",
        seed=seeds[0],
        previous=before,
    )
    gan.compile({name: player.optimizer.make() for name, player in stage.players.items()})
    return gan


def _steps(recipe: Recipe) -> list[int]:
    """Return the steps of each stage, from its epochs."""
    examples = len(recipe.dataset.make())
    return [
        stage.training.epochs * (examples // (stage.training.batch_size * _repeats(stage)))
        for stage in recipe.stages()
    ]


def _repeats(stage: Recipe) -> int:
    return max(player.repeats for player in stage.players.values())


def _sample(gan: GAN, copies: int, count: int, seed: int | list[int]) -> np.ndarray:
    """Return samples of each copy, (copies, count, 2)."""
    latent = gan.networks["generator"].inputs[0].shape[1]
    draw = np.random.default_rng(seed)
    noise = draw.standard_normal((copies * count, latent), dtype="float32")
    points = np.asarray(ops.convert_to_numpy(gan.sample(noise)))
    return points.reshape(copies, count, *points.shape[1:])


def _accepted(gan: GAN, game: GAN, copies: int, count: int, seed: int) -> np.ndarray:
    """Return samples of each copy that its density-ratio discriminator accepts."""
    discriminator, calls = game.networks["discriminator"], iter(range(2**31))

    def draw() -> tuple[np.ndarray, np.ndarray]:
        points = _sample(gan, copies, 10_000, [seed, 1, next(calls)])
        logits = discriminator(points.reshape(-1, 2), training=False)
        return points, np.asarray(ops.convert_to_numpy(logits)).reshape(copies, -1)

    return rejection_sample(draw, count, seed)
