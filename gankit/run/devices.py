"""The devices that a run trains on, which share each batch."""

import os

import keras

from gankit import engine
from gankit.errors import GankitError
from gankit.recipe.settings import Training


def use_devices(training: Training) -> None:
    """Train on the devices that a recipe asks for, from here on.

    Raises:
        GankitError: There are fewer, or they cannot share a batch evenly.
    """
    if int(os.environ.get("WORLD_SIZE", 1)) > 1 and keras.backend.backend() != "torch":
        raise GankitError("torchrun starts processes of PyTorch alone", "--backend torch")
    engine.use(training.devices)
    count, size = len(engine.devices()), training.batch_size
    if size % count:
        near = sorted({max(1, size // count) * count, -(-size // count) * count})
        raise GankitError(
            f"training.batch_size must be a multiple of the {count} devices, which share each "
            f"batch. Received: {size}",
            " or ".join(f"--set training.batch_size={each}" for each in near),
        )
