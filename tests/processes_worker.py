"""Plays games in processes that share each batch, or in one, and writes down what came out."""

import os
import sys

import keras
import numpy as np
import shared_games

from gankit import engine
from gankit.launchers import launched

engine.meet()
engine.use("all")
place = launched()
rank, count = (place.rank, place.count) if place else (0, 1)
if place:
    engine.join(os.environ)
for name in sys.argv[2:] or shared_games.GAMES:
    keras.utils.clear_session()
    with engine.together():
        np.savez(f"{sys.argv[1]}/{name}-{count}-{rank}.npz", **shared_games.played(name))
    print(name, count, flush=True)
engine.leave()
