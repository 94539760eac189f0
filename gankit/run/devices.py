"""The devices that a run trains on, which share each batch."""

import keras

from gankit import engine
from gankit.backend import TITLES
from gankit.errors import GankitError
from gankit.launchers import launched
from gankit.recipe.settings import Training


def use_devices(training: Training) -> None:
    """Train on the devices that a recipe asks for, from here on.

    Raises:
        GankitError: There are fewer, or they cannot share a batch evenly.
    """
    place = launched()
    if place and place.backend != keras.backend.backend():
        raise GankitError(
            f"the environment starts this process as one of several of {TITLES[place.backend]}. "
            f"Received: --backend {keras.backend.backend()}",
            f"--backend {place.backend}",
        )
    engine.use(training.devices)
    count, size = len(engine.devices()), training.batch_size
    if size % count:
        near = sorted({max(1, size // count) * count, -(-size // count) * count})
        raise GankitError(
            f"training.batch_size must be a multiple of the {count} devices, which share each "
            f"batch. Received: {size}",
            " or ".join(f"--set training.batch_size={each}" for each in near),
        )


def use_devices_for_several_runs(training: Training) -> None:
    """Train on the devices that a recipe asks for, in one run after the other.

    Raises:
        GankitError: A launcher has started the processes, or the devices cannot be used.
    """
    if launched():
        raise GankitError(
            "processes that a launcher has started can train only one run",
            "start it without the launcher, with --devices, on one machine",
        )
    use_devices(training)
