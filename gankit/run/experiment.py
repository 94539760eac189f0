"""From a checked recipe to a game that is ready to play."""

import random
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import keras

from gankit import engine
from gankit.backend import without_chatter
from gankit.data.batches import Batches
from gankit.data.dataset import Dataset, DataSpec
from gankit.errors import GankitError
from gankit.game.freezing import freeze
from gankit.game.gan import GAN
from gankit.game.loss import AdversarialLoss, Loss, noise_shape
from gankit.messages import listed
from gankit.recipe.recipe import Recipe
from gankit.run.devices import use_devices
from gankit.run.memory import built_within_memory, enough_memory_for

HUGE = 10_000  # a width or a noise size that may not fit into memory


@dataclass(frozen=True)
class Experiment:
    """A stage of a recipe, with its data and its game, ready to play."""

    recipe: Recipe
    dataset: Dataset
    gan: GAN

    def batches(self, epoch: int = 0, start: int = 0) -> Batches:
        """Return the batches of an epoch from a step on; each turn of a step gets a part of one."""
        turns = max(self.gan.repeats.values())
        size = self.recipe.training.batch_size * turns
        arranged = partial(engine.arranged, turns=turns)
        return Batches(self.dataset, size, self.recipe.seed, epoch, start, arranged)

    @property
    def carried(self) -> str:
        """How many weights come from before, in words; empty if there was nothing before."""
        return f"carried {listed(map(str, self.gan.carried))}" if self.gan.carried else ""


def assemble(
    recipe: Recipe, before: Experiment | None = None, start: GAN | None = None
) -> Experiment:
    """Return the experiment of a stage, ready to play.

    Args:
        recipe: Of the stage.
        before: The stage before. Weights come from its networks, and the data if it is the same.
        start: The game of another run, whose weights the first stage starts from.

    Raises:
        GankitError: The data cannot be read, or the parts do not fit each other.
    """
    use_devices(recipe.training)
    shared = before is not None and before.recipe.dataset == recipe.dataset
    with enough_memory_for(f"the dataset {recipe.dataset.name!r}", "[dataset]"):
        dataset = before.dataset if before and shared else recipe.dataset.make()
    gan = build(recipe, dataset.spec, before.gan if before else None, start)
    experiment = Experiment(recipe, dataset, gan)
    experiment.batches()
    return experiment


@without_chatter()  # copying a layer makes Keras look for TensorFlow, also on other backends
def build(
    recipe: Recipe, spec: DataSpec, previous: GAN | None = None, start: GAN | None = None
) -> GAN:
    """Return the game of a stage; its data is not read.

    The architecture sees the networks of the `previous` stage, but not those of `start`, without
    which the run can be loaded later.

    Raises:
        GankitError: The parts do not fit each other.
    """
    # for initialisers and random layers; keras.utils.set_random_seed would import TensorFlow
    random.seed(recipe.seed)
    _check_precision(recipe.training.precision)
    keras.config.set_dtype_policy(recipe.training.precision)
    loss = recipe.loss.make()
    with enough_memory_for("the networks", "[architecture]"):
        networks = _networks(recipe, spec, loss, previous)
        freeze(networks, recipe.start.freeze)
        gan = GAN(
            networks,
            loss,
            [stabilizer.make() for stabilizer in recipe.stabilizers],
            repeats={name: player.repeats for name, player in recipe.players.items()},
            simultaneous=recipe.training.updates == "simultaneous",
            seed=recipe.seed,
            previous=start if previous is None else previous,
        )
        if recipe.start.freeze:
            _check_trained(gan)
        gan.compile({name: player.optimizer.make() for name, player in recipe.players.items()})
    return gan


def _check_trained(gan: GAN) -> None:
    for player in gan.game.players:
        if not gan.trained_by(player):
            raise GankitError(
                f"the {player} has nothing to train: start.freeze names all of its layers",
                "freeze fewer layers",
            )


def _check_precision(precision: str) -> None:
    if not engine.supports(precision):
        raise GankitError(
            f"{keras.backend.backend()} cannot train in {precision} on a CPU",
            "--set 'training.precision=\"mixed_bfloat16\"' trains in half precision here",
        )


def _networks(
    recipe: Recipe, spec: DataSpec, loss: Loss, previous: GAN | None
) -> Mapping[str, keras.Model]:
    part = recipe.architecture
    make = partial(part.make, spec, previous=previous and previous.given)
    huge = sys.platform != "win32" and _largest(part.options.values()) >= HUGE
    networks: Mapping[str, keras.Model] = built_within_memory(make) if huge else make()
    named = isinstance(networks, Mapping)
    if not named or not all(isinstance(n, keras.Model) for n in networks.values()):
        raise GankitError(
            f"{part.part} must return a dict of keras.Model. Received: {type(networks).__name__}",
            'return {"generator": …, "discriminator": …}',
        )
    missing = sorted({name for names in loss.players.values() for name in names} - set(networks))
    if missing:
        raise GankitError(
            f"the loss {recipe.loss.name!r} trains {', '.join(missing)}, but the architecture "
            f"{part.name!r} builds {', '.join(sorted(networks))}",
            "gankit list architectures",
        )
    if isinstance(loss, AdversarialLoss):  # what others judge, the first batch tells
        _check_images(recipe, networks)
    if loss.from_noise and type(loss).preview is Loss.preview:  # so that sheets show samples
        _ = noise_shape(loss, networks)
    return networks


def _largest(values: Iterable[object]) -> int:
    """Return the largest integer in the options of a part."""
    lists = [[value] if isinstance(value, int) else value for value in values]
    return max((n for each in lists if isinstance(each, list | tuple) for n in each), default=0)


def _check_images(recipe: Recipe, networks: Mapping[str, keras.Model]) -> None:
    """Raise an error if the discriminator does not take the images of the generator."""
    made = networks["generator"].outputs[0].shape[1:]
    judged = networks["discriminator"].inputs[0].shape[1:]
    if len(made) != len(judged) or any(None not in (a, b) and a != b for a, b in zip(made, judged)):
        raise GankitError(
            f"the architecture {recipe.architecture.name!r} has a generator of images "
            f"{tuple(made)}, but a discriminator of images {tuple(judged)}",
            "give the output of the generator the shape of the data, spec.shape",
        )
