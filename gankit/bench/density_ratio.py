"""A discriminator of a finished generator, whose logit is the log of a density ratio."""

from typing import Any, ClassVar

import keras
from keras import ops

from gankit.bench.ensemble import together
from gankit.game.gan import GAN
from gankit.game.loss import Loss
from gankit.game.turn import Turn

WIDTHS = (128, 128, 128)
OCTAVES = 8


class DensityRatioLoss(Loss):
    """Trains only the discriminator, by cross-entropy.

    At the minimum its logit of x is log(p(x) / q(x)), the densities of data and generator.

    Reference:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv:1406.2661, proposition 1;
        Azadi et al. 2019, Discriminator Rejection Sampling, arXiv:1810.06758, section 3.3.
    """

    players: ClassVar = {"discriminator": ("discriminator",)}
    boundary: ClassVar[float | None] = 0.0

    def __call__(self, turn: Turn) -> Any:
        """Return the mean cross-entropy of real and generated images."""
        judged = turn.judge("discriminator", turn.batch["images"], turn.generate())
        logits = ops.concatenate([judged.real, judged.fake])
        targets = ops.concatenate([ops.ones_like(judged.real), ops.zeros_like(judged.fake)])
        return ops.mean(ops.binary_crossentropy(targets, logits, from_logits=True))


class FourierFeatures(keras.layers.Layer):
    """Appends sines and cosines of the coordinates, of octaves 1, 2, 4, …

    A network learns small details sooner from them.

    Reference:
        Tancik et al. 2020, Fourier Features Let Networks Learn High Frequency Functions in Low
        Dimensional Domains, arXiv:2006.10739.
    """

    def call(self, points: Any) -> Any:
        """Return the features (rows, 2 + 4 · octaves) of points (rows, 2)."""
        waves = [points * 2.0**octave for octave in range(OCTAVES)]
        return ops.concatenate([points, *map(ops.sin, waves), *map(ops.cos, waves)], axis=-1)


def density_ratio_game(gan: GAN, copies: int, steps: int, learning_rate: float = 1e-3) -> GAN:
    """Return the game that trains a density-ratio discriminator for each copy of a finished game.

    The learning rate falls to 0 over the steps, as a cosine.
    """
    generator = _frozen(gan)
    networks = {"generator": generator, "discriminator": together(_network(generator), copies)}
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    game = GAN(networks, DensityRatioLoss())
    game.compile({"discriminator": keras.optimizers.Adam(schedule, beta_1=0.9, beta_2=0.99)})
    return game


def _network(generator: keras.Model) -> keras.Model:
    points = keras.Input(generator.output.shape[1:])
    x = FourierFeatures()(points)
    for width in WIDTHS:
        x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(width)(x))
    return keras.Model(points, keras.layers.Dense(1)(x), name="discriminator")


def _frozen(gan: GAN) -> keras.Model:
    """Return a copy of the generator, with its averaged weights if it has any."""
    generator = gan.networks["generator"]
    frozen = keras.models.clone_model(generator)
    weights = gan.averages.get("generator", generator.variables)
    for variable, value in zip(frozen.variables, weights):
        variable.assign(ops.copy(value.value))
    frozen.trainable = False
    return frozen
