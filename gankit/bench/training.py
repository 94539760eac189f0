"""Trains an arm, all of its seeds at once, and draws its samples."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from gankit.bench.arms import Arm
from gankit.bench.density_ratio import referee_game
from gankit.bench.ensemble import together
from gankit.bench.rejection import rejected
from gankit.data.dataset import Dataset
from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.recipe.recipe import Recipe

Watch = Callable[[int, int], None]
REFEREE_BATCH = 256


@dataclass(frozen=True)
class Played:
    """A row of the table, as it was measured.

    Args:
        row: Its name.
        samples: Of each seed, (seeds, samples, 2).
        steps: Of the game, and of the referee.
        seconds: Until then, the start of the backend left out.
    """

    row: str
    samples: np.ndarray
    steps: int
    seconds: float


def budget(arm: Arm, steps: int | None = None) -> tuple[Recipe, list[int]]:
    """Return an arm's recipe, and the steps of each of its stages.

    Args:
        arm: The arm.
        steps: How many to play in all; those of the recipe, if not given.
    """
    own = _steps(arm.read())
    if steps is None:
        return arm.read(), own
    pace = steps / sum(own)
    return arm.read(pace), [max(1, round(pace * count)) for count in own]


def play(arm: Arm, seeds: Sequence[int], count: int, steps: int | None, watch: Watch):
    """Train an arm and yield its rows, of so many samples for each seed.

    Args:
        arm: The arm.
        seeds: A game is played for each; the first one is that of all randomness.
        count: The samples of a seed.
        steps: How many to play; None for those of the arm.
        watch: Is called with the number of steps that were played, and that of all.

    Raises:
        GankitError: A loss is not finite.
    """
    recipe, lengths = budget(arm, steps)
    clock = time.perf_counter()
    referee = min(arm.referee, sum(lengths))
    progress = _Progress(watch, sum(lengths) + referee)
    gan, dataset = None, recipe.dataset.make()
    for number, (stage, length) in enumerate(zip(recipe.stages(), lengths)):
        gan = _game(stage, dataset, seeds, gan)
        _fit(gan, _Draws(dataset, _rows(stage, seeds), length, [seeds[0], number]), progress)
    row, *more = arm.rows
    yield Played(row, _sample(gan, len(seeds), count), sum(lengths), time.perf_counter() - clock)
    for row in more:
        game = referee_game(gan, len(seeds), referee)
        draws = _Draws(dataset, REFEREE_BATCH * len(seeds), referee, [seeds[0], -1])
        _fit(game, draws, progress)
        samples = _accepted(gan, game, len(seeds), count, seeds[0])
        yield Played(row, samples, sum(lengths) + referee, time.perf_counter() - clock)


class _Draws(keras.utils.PyDataset):
    """Batches of rows drawn from the data, each row anew; a function of the seed alone."""

    def __init__(self, dataset: Dataset, rows: int, steps: int, seed: list[int]):
        super().__init__()
        self.points, self.rows, self.steps = dataset.arrays["images"], rows, steps
        self.seed = [number % 2**32 for number in seed]

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> tuple[Mapping[str, np.ndarray]]:
        """Return a batch (copies · batch, 2), a copy's rows beside each other."""
        draw = np.random.default_rng([*self.seed, index])
        return ({"images": self.points[draw.integers(len(self.points), size=self.rows)]},)


class _Progress(keras.callbacks.Callback):
    """Counts the steps of an arm for somebody who watches."""

    def __init__(self, watch: Watch, total: int):
        super().__init__()
        self.watch, self.total, self.steps = watch, total, 0

    def on_train_batch_end(self, batch: int, logs=None) -> None:
        """Count a step."""
        self.steps += 1
        if self.steps % 50 == 0 or self.steps == self.total:
            self.watch(self.steps, self.total)


def _fit(gan: GAN, draws: _Draws, progress: _Progress) -> None:
    gan.fit(draws, verbose=0, shuffle=False, callbacks=[progress])
    if int(gan.broken_at.value) >= 0:
        raise GankitError(
            f"the loss is not finite since step {int(gan.broken_at.value) + 1:,}",
            "train less long (--steps), or without this arm (--arms)",
        )


def _game(stage: Recipe, dataset: Dataset, seeds: Sequence[int], before: GAN | None) -> GAN:
    """Return the game of a stage, a copy for each seed, with the weights of the stage before."""
    random.seed(seeds[0])  # where Keras takes the seeds of initialisers from
    made = stage.architecture.make(dataset.spec)
    networks = {name: together(network, len(seeds)) for name, network in made.items()}
    gan = GAN(
        networks,
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
    """Return the steps of each stage, in the epochs that it names."""
    examples = len(recipe.dataset.make())
    return [
        stage.training.epochs * (examples // (stage.training.batch_size * _turns(stage)))
        for stage in recipe.stages()
    ]


def _rows(stage: Recipe, seeds: Sequence[int]) -> int:
    return stage.training.batch_size * _turns(stage) * len(seeds)


def _turns(stage: Recipe) -> int:
    return max(player.repeats for player in stage.players.values())


def _sample(gan: GAN, copies: int, count: int, seed: object = 0) -> np.ndarray:
    """Return samples of each copy, (copies, count, 2)."""
    latent = gan.networks["generator"].inputs[0].shape[1]
    draw = np.random.default_rng(seed)
    noise = draw.standard_normal((copies * count, latent), dtype="float32")
    points = ops.convert_to_numpy(gan.sample(noise))
    return points.reshape(copies, count, *points.shape[1:])


def _accepted(gan: GAN, game: GAN, copies: int, count: int, seed: int) -> np.ndarray:
    """Return samples of each copy that its referee accepts."""
    referee, calls = game.networks["discriminator"], iter(range(2**31))

    def draw():
        points = _sample(gan, copies, 10_000, [seed, 1, next(calls)])
        logits = referee(points.reshape(-1, 2), training=False)
        return points, ops.convert_to_numpy(logits).reshape(copies, -1)

    return rejected(draw, count, seed)
