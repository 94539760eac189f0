"""Each loss against an independent formula in float64."""

import inspect
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from keras import ops

from gankit import Targets
from gankit.engine import input_gradient
from gankit_standard import losses

REAL_TARGET, FAKE_TARGET = 0.9, 0.1  # as stabilizers may make them
RANDOM = np.random.default_rng(0).normal(0, 3, (2, 64, 1))
LARGE = np.array([[[1e4], [-1e4], [0.0]], [[-1e4], [1e4], [30.0]]])


def entropy(logits, target):
    return np.mean(target * np.logaddexp(0, -logits) + (1 - target) * np.logaddexp(0, logits))


def entropies(real, fake):
    return (entropy(real, REAL_TARGET) + entropy(fake, FAKE_TARGET)) / 2


FORMULAS = {
    losses.Bce: (entropies, lambda real, fake: entropy(fake, 1.0)),
    losses.Minimax: (entropies, lambda real, fake: -np.logaddexp(0, fake).mean()),
    losses.LeastSquares: (
        lambda real, fake: ((real - REAL_TARGET) ** 2 + (fake - FAKE_TARGET) ** 2).mean() / 2,
        lambda real, fake: ((fake - 1) ** 2).mean() / 2,
    ),
    losses.Hinge: (
        lambda real, fake: np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean(),
        lambda real, fake: -fake.mean(),
    ),
    losses.Relativistic: (
        lambda real, fake: np.logaddexp(0, fake - real).mean(),
        lambda real, fake: np.logaddexp(0, real - fake).mean(),
    ),
    losses.Wasserstein: (
        lambda real, fake: fake.mean() - real.mean(),
        lambda real, fake: -fake.mean(),
    ),
}
# The value of (discriminator, generator) where the discriminator can tell nothing apart.
OPTIMUM = {
    losses.Bce: (np.log(2), np.log(2)),
    losses.Minimax: (np.log(2), -np.log(2)),
    losses.LeastSquares: (0.25, 0.125),
    losses.Hinge: (2.0, 0.0),
    losses.Relativistic: (np.log(2), np.log(2)),
    losses.Wasserstein: (0.0, 0.0),
}
every_loss = pytest.mark.parametrize("loss", FORMULAS, ids=lambda loss: loss.__name__)
every_logits = pytest.mark.parametrize("logits", [RANDOM, LARGE], ids=["random", "large"])


@dataclass
class Judged:
    """Logits and targets, to be asked for by name."""

    real: object
    fake: object
    targets: Targets


def score(loss, player, real, fake, targets=(REAL_TARGET, FAKE_TARGET)):
    """Return what a player's formula makes of logits."""
    real, fake = (ops.convert_to_tensor(x, "float32") for x in (real, fake))
    soft = Targets(*(ops.full_like(real, target) for target in targets))
    judged, formula = Judged(real, fake, soft), getattr(loss(), player)
    return formula(
        **{name: getattr(judged, name) for name in inspect.signature(formula).parameters}
    )


@every_loss
@every_logits
def test_a_loss_equals_its_formula(loss, logits):
    for player, formula in zip(("discriminator", "generator"), FORMULAS[loss]):
        assert float(score(loss, player, *logits)) == pytest.approx(formula(*logits), rel=1e-5)


@every_loss
@every_logits
def test_its_gradients_equal_finite_differences(loss, logits):
    both = np.stack(logits)
    x = ops.convert_to_tensor(both, "float32")
    for player, formula in zip(("discriminator", "generator"), FORMULAS[loss]):
        slope = ops.convert_to_numpy(input_gradient(lambda x, p=player: score(loss, p, *x), x))
        for which, i in product(range(2), range(0, len(both[0]), 7)):
            nudge = np.zeros_like(both)
            nudge[which, i] = 1e-4
            expected = (formula(*(both + nudge)) - formula(*(both - nudge))) / 2e-4
            assert slope[which, i, 0] == pytest.approx(expected, rel=1e-3, abs=1e-6)


@every_loss
def test_its_value_at_the_optimum_is_known(loss):
    undecided = np.full((8, 1), 0.5 if loss is losses.LeastSquares else 0.0)
    for player, expected in zip(("discriminator", "generator"), OPTIMUM[loss]):
        value = score(loss, player, undecided, undecided, targets=(1.0, 0.0))
        assert float(value) == pytest.approx(expected, abs=1e-6)


def test_the_minimax_game_is_zero_sum_in_what_the_generator_moves():
    real, fake = RANDOM
    discriminator = score(losses.Minimax, "discriminator", real, fake, targets=(1.0, 0.0))
    generator = score(losses.Minimax, "generator", real, fake)
    assert 2 * float(discriminator) == pytest.approx(
        entropy(real, 1.0) - float(generator), rel=1e-5
    )
