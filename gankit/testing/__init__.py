"""Checks for the tests of a plugin; gankit's own parts pass the same ones.

Each check plays the part at a size that takes seconds, on the backend that Keras is set to. It
raises an `AssertionError` that says what is wrong and how to fix it.
"""

from gankit.testing.architecture import check_architecture
from gankit.testing.dataset import check_dataset
from gankit.testing.features import check_features
from gankit.testing.loss import check_loss
from gankit.testing.metric import check_metric
from gankit.testing.monitor import check_monitor
from gankit.testing.plugin import check_plugin
from gankit.testing.recipe import check_recipe, tiny
from gankit.testing.stabilizer import check_stabilizer

__all__ = [
    "check_architecture",
    "check_dataset",
    "check_features",
    "check_loss",
    "check_metric",
    "check_monitor",
    "check_plugin",
    "check_recipe",
    "check_stabilizer",
    "tiny",
]
