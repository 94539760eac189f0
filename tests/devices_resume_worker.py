"""Kills runs on some devices, goes on with others, and trains one without a break."""

import sys
from pathlib import Path

import keras
from trained_runs import RECIPE, resume, train

from gankit.run.checkpoint import Checkpoints

SAVE = Checkpoints.save


class Killed(BaseException):
    """Ends a run as a killed process would, after a checkpoint within an epoch."""


def save_and_die(self, gan, place, best=None, keep=()):
    """Save a checkpoint; die after the one of step 17."""
    SAVE(self, gan, place, best, keep)
    if place.steps == 17:
        raise Killed


def killed(folder, before, after):
    """Train on `before` devices until the process dies, then on `after`."""
    Checkpoints.save = save_and_die
    try:
        train(folder, RECIPE + f"devices = {before}\n", f"{before}-{after}")
        raise AssertionError("it was not killed")
    except Killed:
        Checkpoints.save = SAVE
    keras.utils.clear_session()
    resume(folder / f"{before}-{after}", f"training.devices={after}")


folder = Path(sys.argv[1])
train(folder, RECIPE, "whole")
for before, after in ((2, 1), (1, 2)):
    keras.utils.clear_session()
    killed(folder, before, after)
