"""A discriminator that learns after the game, from a generator that stands still."""

from typing import ClassVar

import keras
from keras import ops

from gankit.bench.ensemble import together
from gankit.game.gan import GAN
from gankit.game.loss import Loss

WIDTHS = (128, 128, 128)
OCTAVES = 8


class Referee(Loss):
    """Trains the discriminator alone, on its cross-entropy.

    At its least the logit of x is log(p(x) / q(x)), of the densities of data and generator.

    Reference:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv:1406.2661, proposition 1;
        Azadi et al. 2019, Discriminator Rejection Sampling, arXiv:1810.06758, section 3.3.
    """

    players: ClassVar = {"discriminator": ("discriminator",)}
    boundary: ClassVar[float | None] = 0.0

    def __call__(self, turn):
        """Return the mean cross-entropy of real and generated images, averaged over both."""
        judged = turn.judge("discriminator", turn.batch["images"], turn.generate())
        return (ops.mean(ops.softplus(-judged.real)) + ops.mean(ops.softplus(judged.fake))) / 2


class Waves(keras.layers.Layer):
    """Lays sines and cosines of the coordinates beside them, of octaves 1, 2, 4, …

    A network sees small details sooner in them.

    Reference:
        Tancik et al. 2020, Fourier Features Let Networks Learn High Frequency Functions in Low
        Dimensional Domains, arXiv:2006.10739.
    """

    def call(self, points):
        """Return the features (rows, 2 + 4 · octaves) of points (rows, 2)."""
        waves = [points * 2.0**octave for octave in range(OCTAVES)]
        return ops.concatenate([points, *map(ops.sin, waves), *map(ops.cos, waves)], axis=-1)


def referee_game(gan: GAN, copies: int, steps: int, learning_rate: float = 1e-3) -> GAN:
    """Return the game in which referees learn, for so many steps, to judge what a game samples.

    Args:
        gan: The game that was played.
        copies: How many games it is in one.
        steps: How long the referees are to learn: their learning rate falls to 0 as a cosine.
        learning_rate: At the start.
    """
    generator = _still(gan)
    networks = {"generator": generator, "discriminator": together(_referee(generator), copies)}
    falling = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    game = GAN(networks, Referee())
    game.compile({"discriminator": keras.optimizers.Adam(falling, beta_1=0.9, beta_2=0.99)})
    return game


def _referee(generator: keras.Model) -> keras.Model:
    """Return a referee of one game."""
    points = keras.Input(generator.output.shape[1:])
    x = Waves()(points)
    for width in WIDTHS:
        x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(width)(x))
    return keras.Model(points, keras.layers.Dense(1)(x), name="discriminator")


def _still(gan: GAN) -> keras.Model:
    """Return a copy of the generator by the weights that it is sampled with."""
    generator = gan.networks["generator"]
    still = keras.models.clone_model(generator)
    weights = gan.averages.get("generator", generator.variables)
    for variable, value in zip(still.variables, weights):
        variable.assign(ops.copy(value.value))
    still.trainable = False
    return still
