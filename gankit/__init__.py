"""gankit assembles GANs from TOML recipes and trains them with Keras 3.

Everything the author of a plugin needs is here, and nothing is imported before it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gankit.hookspecs import hookimpl

if TYPE_CHECKING:
    from gankit import layers
    from gankit.api import explore
    from gankit.api.compare import compare
    from gankit.api.export import export
    from gankit.api.report import report
    from gankit.api.sample import sample
    from gankit.api.score import score
    from gankit.data.cache import cached
    from gankit.data.dataset import Dataset, DataSpec
    from gankit.data.images import decode_images, image_files
    from gankit.data.scaling import from_uint8, to_uint8
    from gankit.engine import input_gradient
    from gankit.errors import GankitError
    from gankit.game.gan import GAN
    from gankit.game.incompatibility import Incompatibility
    from gankit.game.loss import AdversarialLoss, Loss
    from gankit.game.networks import Networks
    from gankit.game.stabilizer import Stabilizer
    from gankit.game.turn import Judgment, Targets, Turn
    from gankit.progress_bar import progress
    from gankit.recipe.count import Count
    from gankit.scoring.features import Features
    from gankit.scoring.metric import better, known_answer

__version__ = "0.1.0"
__all__ = [
    "GAN",
    "AdversarialLoss",
    "Count",
    "DataSpec",
    "Dataset",
    "Features",
    "GankitError",
    "Incompatibility",
    "Judgment",
    "Loss",
    "Networks",
    "Stabilizer",
    "Targets",
    "Turn",
    "better",
    "cached",
    "compare",
    "decode_images",
    "explore",
    "export",
    "from_uint8",
    "hookimpl",
    "image_files",
    "input_gradient",
    "known_answer",
    "layers",
    "progress",
    "report",
    "sample",
    "score",
    "to_uint8",
]

_HOMES = {
    "GAN": "gankit.game.gan",
    "AdversarialLoss": "gankit.game.loss",
    "Count": "gankit.recipe.count",
    "Dataset": "gankit.data.dataset",
    "DataSpec": "gankit.data.dataset",
    "Features": "gankit.scoring.features",
    "GankitError": "gankit.errors",
    "Judgment": "gankit.game.turn",
    "Loss": "gankit.game.loss",
    "Incompatibility": "gankit.game.incompatibility",
    "Networks": "gankit.game.networks",
    "Stabilizer": "gankit.game.stabilizer",
    "Targets": "gankit.game.turn",
    "Turn": "gankit.game.turn",
    "better": "gankit.scoring.metric",
    "cached": "gankit.data.cache",
    "compare": "gankit.api.compare",
    "decode_images": "gankit.data.images",
    "export": "gankit.api.export",
    "from_uint8": "gankit.data.scaling",
    "image_files": "gankit.data.images",
    "input_gradient": "gankit.engine",
    "known_answer": "gankit.scoring.metric",
    "progress": "gankit.progress_bar",
    "report": "gankit.api.report",
    "score": "gankit.api.score",
    "sample": "gankit.api.sample",
    "to_uint8": "gankit.data.scaling",
}
_MODULES = {"explore": "gankit.api.explore", "layers": "gankit.layers"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gankit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
