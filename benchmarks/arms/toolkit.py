"""gankit's step, as `gankit run recipes/dcgan_lego.toml` plays it."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

import gankit
from gankit_standard.dcgan import dcgan
from gankit_standard.losses import Bce
from gankit_standard.stabilizers.targets import LabelNoise


def build(levels: np.ndarray) -> Callable[[], Any]:
    gan = made(levels)
    return lambda: gan.train_on_batch({"images": levels})


def made(levels: np.ndarray) -> gankit.GAN:
    """Return the game of images (count, 64, 64, 1)."""
    networks = dcgan(gankit.DataSpec({"images": levels.shape[1:]}))
    gan = gankit.GAN(networks, Bce(), [LabelNoise(0.1)], simultaneous=True)
    gan.compile({player: keras.optimizers.Adam(2e-4, beta_1=0.5) for player in Bce.players})
    return gan
