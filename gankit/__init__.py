"""gankit assembles GANs from TOML recipes and trains them with Keras 3.

Everything the author of a plugin needs is here, and nothing is imported before it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gankit.hookspecs import hookimpl

if TYPE_CHECKING:
    from gankit import layers
    from gankit.cache import cached
    from gankit.clustering import k_means, nearest_middle
    from gankit.dataset import Dataset, Facts
    from gankit.engine import input_gradient
    from gankit.errors import GankitError
    from gankit.gan import GAN
    from gankit.images import decode_images, image_files
    from gankit.loss import AdversarialLoss, Loss
    from gankit.metric import better
    from gankit.misfit import Misfit
    from gankit.named import Networks
    from gankit.progress_bar import progress
    from gankit.scoring.features import Features
    from gankit.stabilizer import Stabilizer
    from gankit.turn import Judgment, Targets, Turn
    from gankit.verbs import explore
    from gankit.verbs.compare import compare
    from gankit.verbs.export import export
    from gankit.verbs.report import report
    from gankit.verbs.sample import sample
    from gankit.verbs.score import score

__version__ = "0.1.0"
__all__ = [
    "GAN",
    "AdversarialLoss",
    "Dataset",
    "Facts",
    "Features",
    "GankitError",
    "Judgment",
    "Loss",
    "Misfit",
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
    "hookimpl",
    "image_files",
    "input_gradient",
    "k_means",
    "layers",
    "nearest_middle",
    "progress",
    "report",
    "sample",
    "score",
]

_HOMES = {
    "GAN": "gankit.gan",
    "AdversarialLoss": "gankit.loss",
    "Dataset": "gankit.dataset",
    "Facts": "gankit.dataset",
    "Features": "gankit.scoring.features",
    "GankitError": "gankit.errors",
    "Judgment": "gankit.turn",
    "Loss": "gankit.loss",
    "Misfit": "gankit.misfit",
    "Networks": "gankit.named",
    "Stabilizer": "gankit.stabilizer",
    "Targets": "gankit.turn",
    "Turn": "gankit.turn",
    "better": "gankit.metric",
    "cached": "gankit.cache",
    "compare": "gankit.verbs.compare",
    "decode_images": "gankit.images",
    "export": "gankit.verbs.export",
    "image_files": "gankit.images",
    "input_gradient": "gankit.engine",
    "k_means": "gankit.clustering",
    "nearest_middle": "gankit.clustering",
    "progress": "gankit.progress_bar",
    "report": "gankit.verbs.report",
    "score": "gankit.verbs.score",
    "sample": "gankit.verbs.sample",
}
_MODULES = {"explore": "gankit.verbs.explore", "layers": "gankit.layers"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gankit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
