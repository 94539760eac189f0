"""gankit assembles GANs from TOML recipes and trains them with Keras 3.

Everything the author of a plugin needs is here, and nothing is imported before it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gankit.hookspecs import hookimpl

if TYPE_CHECKING:
    from gankit import layers
    from gankit.cache import cached
    from gankit.dataset import Dataset, Facts
    from gankit.engine import input_gradient
    from gankit.errors import GankitError
    from gankit.gan import GAN
    from gankit.images import decode_images
    from gankit.loss import AdversarialLoss, Loss
    from gankit.metric import better
    from gankit.misfit import Misfit
    from gankit.progress_bar import progress
    from gankit.scoring.features import Features
    from gankit.stabilizer import Stabilizer
    from gankit.turn import Judgment, Targets, Turn
    from gankit.verbs.compare import compare
    from gankit.verbs.export import export
    from gankit.verbs.report import report
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
    "Stabilizer",
    "Targets",
    "Turn",
    "better",
    "cached",
    "compare",
    "decode_images",
    "export",
    "hookimpl",
    "input_gradient",
    "layers",
    "progress",
    "report",
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
    "Stabilizer": "gankit.stabilizer",
    "Targets": "gankit.turn",
    "Turn": "gankit.turn",
    "better": "gankit.metric",
    "cached": "gankit.cache",
    "compare": "gankit.verbs.compare",
    "decode_images": "gankit.images",
    "export": "gankit.verbs.export",
    "input_gradient": "gankit.engine",
    "progress": "gankit.progress_bar",
    "report": "gankit.verbs.report",
    "score": "gankit.verbs.score",
}


def __getattr__(name: str) -> Any:
    if name == "layers":
        return import_module("gankit.layers")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gankit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
