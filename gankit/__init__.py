"""gankit assembles GANs from TOML recipes and trains them with Keras 3.

Everything the author of a plugin needs is here, and nothing is imported before it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from gankit.hookspecs import hookimpl

if TYPE_CHECKING:
    from gankit import layers
    from gankit.cache import cached
    from gankit.clustering import k_means, nearest_middle
    from gankit.dataset import Dataset, Facts
    from gankit.engine import input_gradient
    from gankit.errors import GankitError
    from gankit.gan import GAN
    from gankit.images import decode_images
    from gankit.loss import AdversarialLoss, Loss
    from gankit.misfit import Misfit
    from gankit.progress_bar import progress
    from gankit.stabilizer import Stabilizer
    from gankit.turn import Judgment, Targets, Turn
    from gankit.verbs import explore
    from gankit.verbs.sample import sample

__version__ = "0.1.0"
__all__ = [
    "GAN",
    "AdversarialLoss",
    "Dataset",
    "Facts",
    "GankitError",
    "Judgment",
    "Loss",
    "Misfit",
    "Stabilizer",
    "Targets",
    "Turn",
    "cached",
    "decode_images",
    "explore",
    "hookimpl",
    "input_gradient",
    "k_means",
    "layers",
    "nearest_middle",
    "progress",
    "sample",
]

_HOMES = {
    "GAN": "gankit.gan",
    "AdversarialLoss": "gankit.loss",
    "Dataset": "gankit.dataset",
    "Facts": "gankit.dataset",
    "GankitError": "gankit.errors",
    "Judgment": "gankit.turn",
    "Loss": "gankit.loss",
    "Misfit": "gankit.misfit",
    "Stabilizer": "gankit.stabilizer",
    "Targets": "gankit.turn",
    "Turn": "gankit.turn",
    "cached": "gankit.cache",
    "decode_images": "gankit.images",
    "input_gradient": "gankit.engine",
    "k_means": "gankit.clustering",
    "nearest_middle": "gankit.clustering",
    "progress": "gankit.progress_bar",
    "sample": "gankit.verbs.sample",
}
_MODULES = {"explore": "gankit.verbs.explore", "layers": "gankit.layers"}


def __getattr__(name: str):
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gankit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
