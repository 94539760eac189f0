"""The seven hooks of a plugin. Each is a noun and returns a mapping from names to parts.

A part is a class or a function, or an object reference as entry points spell it
(`"my_package.my_module:MyLoss"`). A reference is imported only when a recipe names the part, which
keeps `gankit list` fast.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("gankit")
hookimpl = pluggy.HookimplMarker("gankit")

Parts = Mapping[str, Callable[..., Any] | str]
"""Classes, functions or references, by the names that recipes use."""


@hookspec
def gankit_datasets() -> Parts:
    """Datasets: functions that take options and return a `gankit.Dataset`."""


@hookspec
def gankit_architectures() -> Parts:
    """Architectures: functions of a `gankit.DataSpec` that return Keras models by name."""


@hookspec
def gankit_losses() -> Parts:
    """Losses: `gankit.Loss` classes, which define the players and compute their losses."""


@hookspec
def gankit_stabilizers() -> Parts:
    """Stabilizers: `gankit.Stabilizer` classes, which change the game at one of its seams."""


@hookspec
def gankit_metrics() -> Parts:
    """Metrics: pure functions whose arguments name the features or images that they compare."""


@hookspec
def gankit_features() -> Parts:
    """Features: functions that return `gankit.Features`, which metrics use to compare examples."""


@hookspec
def gankit_monitors() -> Parts:
    """Monitors: `gankit.Monitor` classes, which watch a run and report problems."""
