"""Plays games in processes that share each batch, or in one, and writes down what came out."""

import sys

import keras
import numpy as np
import shared_games

from gankit import engine
from gankit.backend import launched

engine.meet()
engine.use("all")
_, rank = launched() or ("", 0)
count = engine.processes()
if count > 1:
    engine.join(rank, count)
for name in sys.argv[2:] or shared_games.GAMES:
    keras.utils.clear_session()
    with engine.together():
        np.savez(f"{sys.argv[1]}/{name}-{count}-{rank}.npz", **shared_games.played(name))
    print(name, count, flush=True)
engine.leave()
