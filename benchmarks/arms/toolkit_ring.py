"""gankit's step, as `gankit run ring_best` plays it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import gankit
from gankit.discovery.plugins import load_plugins
from gankit.recipe.recipe import read_recipe
from gankit.run.experiment import build as game


def build(points: np.ndarray) -> Callable[[], Any]:
    gan = made(points)
    return lambda: gan.train_on_batch({"images": points})


def made(points: np.ndarray) -> gankit.GAN:
    """Return the game of points (count, 2)."""
    recipe = read_recipe(Path("ring_best"), load_plugins())
    return game(recipe, gankit.DataSpec({"images": points.shape[1:]}))
