"""Plays games on 1, 2 and 4 devices of one process, and writes down what came out."""

import sys

import keras
import numpy as np
import shared_games

from gankit import engine

GAMES = sys.argv[2:] or shared_games.GAMES

for name in GAMES:
    for count in (1, 2, 4) if name in ("full", "statistics") else (1, 2):
        keras.utils.clear_session()
        engine.use(count)
        np.savez(f"{sys.argv[1]}/{name}-{count}.npz", **shared_games.played(name))
        print(name, count, flush=True)
