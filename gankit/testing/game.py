"""A game small enough for a test."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

import gankit.layers
from gankit.game.gan import GAN
from gankit.game.loss import AdversarialLoss, Loss
from gankit.game.stabilizer import Stabilizer
from gankit.game.turn import Targets

PLAYERS = ("discriminator", "generator")

Networks = Mapping[str, keras.Model]
MakeNetworks = Callable[[], Networks]
Batch = Mapping[str, Any]


class Logistic(AdversarialLoss):
    """The plain game of Goodfellow et al. 2014, arXiv:1406.2661, from logits and with targets."""

    def discriminator(self, real: Any, fake: Any, targets: Targets) -> Any:
        """Return the mean cross-entropy of both kinds of images."""
        return (_entropy(real, targets.real) + _entropy(fake, targets.fake)) / 2

    def generator(self, fake: Any) -> Any:
        """Return −E[log D(G(z))]."""
        return ops.mean(ops.softplus(-fake))


def networks(norm: bool = False) -> dict[str, keras.Model]:
    """Return a generator 8 → (8, 8, 1) and a discriminator with weights that a seed fixes."""
    noise = keras.Input((8,), name="noise")
    x = layers.Dense(4 * 4 * 16)(noise)
    x = layers.Reshape((4, 4, 16))(x)
    x = layers.BatchNormalization()(x) if norm else x
    x = gankit.layers.Conv2DTranspose(1, 4, strides=2, padding="same")(layers.LeakyReLU()(x))
    images = layers.Activation("tanh", dtype="float32")(x)
    seen = keras.Input((8, 8, 1), name="images")
    y = layers.LeakyReLU()(gankit.layers.Conv2D(16, 4, strides=2, padding="same")(seen))
    y = layers.BatchNormalization()(y) if norm else y
    logits = layers.Dense(1, dtype="float32")(layers.Flatten()(y))
    found = {
        "generator": keras.Model(noise, images, name="generator"),
        "discriminator": keras.Model(seen, logits, name="discriminator"),
    }
    draw = np.random.default_rng(1)
    for network in found.values():
        for v in network.weights:
            if len(v.shape) > 1:
                v.assign(0.2 * draw.standard_normal(v.shape).astype("float32"))
    return found


def batch_of_images(count: int = 16) -> Batch:
    """Return random images for `networks`, (count, 8, 8, 1) of uint8."""
    images = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
    return {"images": images}


def game(
    loss: Loss,
    stabilizers: Sequence[Stabilizer] = (),
    learning_rate: float = 0.1,
    norm: bool = False,
    made: Networks | None = None,
    **options: Any,
) -> GAN:
    """Return a compiled GAN of `networks`, or of those made, with plain gradient descent."""
    gan = GAN(made or networks(norm), loss, stabilizers, **options)
    gan.compile({player: keras.optimizers.SGD(learning_rate) for player in loss.players})
    return gan


def play(gan: GAN, batch: Any, steps: int = 1) -> dict[str, float]:
    """Play steps on one batch, images or arrays by name, and return the last logs as floats."""
    batch = batch if isinstance(batch, Mapping) else {"images": batch}
    for _ in range(steps):
        logs = gan.train_on_batch(batch, return_dict=True)
    return {name: float(value) for name, value in logs.items()}


def values(variables: Iterable[Any]) -> list[np.ndarray]:
    """Return variables as arrays."""
    return [np.array(ops.convert_to_numpy(ops.convert_to_tensor(v))) for v in variables]


def _entropy(logits: Any, target: Any) -> Any:
    return ops.mean(target * ops.softplus(-logits) + (1 - target) * ops.softplus(logits))
