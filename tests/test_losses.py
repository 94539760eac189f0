"""Each loss against an independent formula in float64."""

import keras
import numpy as np
import pytest
from keras import ops

from gankit import Targets
from gankit.engine import input_gradient
from gankit_standard.losses import Bce, Wasserstein

RANDOM = np.random.default_rng(0).normal(0, 3, (2, 64, 1))
LARGE = np.array([[[1e4], [-1e4], [0.0]], [[-1e4], [1e4], [30.0]]])


def entropy(logits, target):
    """Return the mean cross-entropy, log σ by the stable logaddexp."""
    return np.mean(target * np.logaddexp(0, -logits) + (1 - target) * np.logaddexp(0, logits))


def bce(real, fake):
    return (entropy(real, 0.9) + entropy(fake, 0.1)) / 2, entropy(fake, 1.0)


def wasserstein(real, fake):
    return fake.mean() - real.mean(), -fake.mean()


def tensor(array):
    return ops.convert_to_tensor(array.astype("float32"))


def discriminator(loss, real, fake):
    targets = Targets(ops.full(real.shape, 0.9), ops.full(fake.shape, 0.1))
    given = {"targets": targets} if isinstance(loss, Bce) else {}
    return loss.discriminator(real, fake, **given)


@pytest.mark.parametrize(("loss", "formula"), [(Bce(), bce), (Wasserstein(), wasserstein)])
@pytest.mark.parametrize("logits", [RANDOM, LARGE], ids=["random", "large"])
def test_a_loss_equals_its_formula(loss, formula, logits):
    expected = formula(*logits)
    real, fake = map(tensor, logits)
    assert float(discriminator(loss, real, fake)) == pytest.approx(expected[0], rel=1e-5)
    assert float(loss.generator(fake)) == pytest.approx(expected[1], rel=1e-5)


@pytest.mark.parametrize(("loss", "formula"), [(Bce(), bce), (Wasserstein(), wasserstein)])
@pytest.mark.parametrize("logits", [RANDOM, LARGE], ids=["random", "large"])
def test_its_gradients_equal_finite_differences(loss, formula, logits):
    real, fake = logits
    for player, score in enumerate(
        (lambda x: discriminator(loss, tensor(real), x), loss.generator)
    ):
        slope = ops.convert_to_numpy(input_gradient(score, tensor(fake)))
        for i in range(0, len(fake), 7):
            nudge = np.zeros_like(fake)
            nudge[i] = 1e-4
            up, down = formula(real, fake + nudge)[player], formula(real, fake - nudge)[player]
            assert slope[i, 0] == pytest.approx((up - down) / 2e-4, abs=1e-6)


def test_the_value_of_bce_at_the_optimum_is_log_two():
    undecided = ops.zeros((8, 1))
    targets = Targets(ops.ones((8, 1)), ops.zeros((8, 1)))
    assert float(Bce().discriminator(undecided, undecided, targets)) == pytest.approx(np.log(2))
    assert float(Bce().generator(undecided)) == pytest.approx(np.log(2))
    assert keras.backend.standardize_dtype(Bce().generator(undecided).dtype) == "float32"
