"""A game small enough for a test."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

import gankit.layers
from gankit.game.gan import GAN
from gankit.game.judgment import Targets
from gankit.game.loss import AdversarialLoss, Loss
from gankit.game.stabilizer import Stabilizer

PLAYERS = ("discriminator", "generator")

Networks = Mapping[str, keras.Model]
MakeNetworks = Callable[[], Networks]
Batch = Mapping[str, Any]


class Logistic(AdversarialLoss):
    """The game of Goodfellow et al. 2014, arXiv:1406.2661, from logits and with targets."""

    def discriminator(self, real: Any, fake: Any, targets: Targets) -> Any:
        """Return the mean cross-entropy of real and generated images."""
        return targets.cross_entropy(real, fake)

    def generator(self, fake: Any) -> Any:
        """Return −E[log D(G(z))]."""
        return ops.mean(ops.softplus(-fake))


def networks(norm: bool = False) -> dict[str, keras.Model]:
    """Return a generator 8 → (8, 8, 1) and a discriminator, always with the same weights."""
    noise = keras.Input((8,), name="noise")
    x = layers.Dense(4 * 4 * 16)(noise)
    x = layers.Reshape((4, 4, 16))(x)
    x = layers.BatchNormalization()(x) if norm else x
    x = gankit.layers.Conv2DTranspose(1, 4, strides=2, padding="same")(layers.LeakyReLU()(x))
    fake = layers.Activation("tanh", dtype="float32")(x)
    images = keras.Input((8, 8, 1), name="images")
    y = layers.LeakyReLU()(gankit.layers.Conv2D(16, 4, strides=2, padding="same")(images))
    y = layers.BatchNormalization()(y) if norm else y
    logits = layers.Dense(1, dtype="float32")(layers.Flatten()(y))
    found = {
        "generator": keras.Model(noise, fake, name="generator"),
        "discriminator": keras.Model(images, logits, name="discriminator"),
    }
    draw = np.random.default_rng(1)
    for network in found.values():
        for v in network.weights:
            if len(v.shape) > 1:
                v.assign(0.2 * draw.standard_normal(v.shape).astype("float32"))
    return found


def batch_of_images(count: int = 16) -> Batch:
    """Return random images for `networks`, uint8 (count, 8, 8, 1)."""
    images = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
    return {"images": images}


def game(
    loss: Loss,
    stabilizers: Sequence[Stabilizer] = (),
    learning_rate: float = 0.1,
    norm: bool = False,
    made: Networks | None = None,
    repeats: Mapping[str, int] | None = None,
    simultaneous: bool = False,
    seed: int = 0,
) -> GAN:
    """Return a GAN of `networks`, or of those given, compiled with plain gradient descent."""
    played = made or networks(norm)
    gan = GAN(played, loss, stabilizers, repeats=repeats, simultaneous=simultaneous, seed=seed)
    gan.compile({player: keras.optimizers.SGD(learning_rate) for player in loss.players})
    return gan


def play(gan: GAN, batch: Any, steps: int = 1) -> dict[str, float]:
    """Play steps on one batch, images or arrays by name, and return the last logs."""
    batch = batch if isinstance(batch, Mapping) else {"images": batch}
    for _ in range(steps):
        logs = gan.train_on_batch(batch, return_dict=True)
    return {name: float(value) for name, value in logs.items()}


def array(tensor: Any) -> np.ndarray:
    """Return a tensor or a variable as an array."""
    return np.array(ops.convert_to_numpy(ops.stop_gradient(ops.convert_to_tensor(tensor))))


def values(variables: Iterable[Any]) -> list[np.ndarray]:
    """Return variables as arrays."""
    return [array(variable) for variable in variables]
