"""The six hooks of a plugin. Each is a noun and returns a mapping from name to part.

A part is the class or function itself, or its object reference as entry points spell it
(`"my_package.my_module:MyLoss"`): then it is imported only when a recipe names it, and `gankit
list` stays quick.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("gankit")
hookimpl = pluggy.HookimplMarker("gankit")

Parts = Mapping[str, Callable[..., Any] | str]
"""What a hook returns: classes or functions, or their references, by the names of recipes."""


@hookspec
def gankit_datasets() -> Parts:
    """Datasets: functions of their options that return a `gankit.Dataset`."""


@hookspec
def gankit_architectures() -> Parts:
    """Architectures: functions of `gankit.DataSpec` and options that return named Keras models."""


@hookspec
def gankit_losses() -> Parts:
    """Losses: `gankit.Loss` classes, which name the players and score their turns."""


@hookspec
def gankit_stabilizers() -> Parts:
    """Stabilizers: `gankit.Stabilizer` classes, which change the game at one of its seams."""


@hookspec
def gankit_metrics() -> Parts:
    """Metrics: pure functions of real and generated features, which they ask for by name."""


@hookspec
def gankit_features() -> Parts:
    """Features: functions that return `gankit.Features`, by which metrics compare examples."""
