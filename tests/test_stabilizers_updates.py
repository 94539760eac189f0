"""What happens to the weights beside training."""

import numpy as np
import pytest
from games import PLAYERS, game, play, values
from keras import ops

import gankit
from gankit_standard.losses import Bce, Wasserstein
from gankit_standard.stabilizers.updates import HistoricalAveraging, WeightClipping


def test_weights_are_within_the_limit_after_clipping(images):
    gan = game(Wasserstein(), [WeightClipping(0.05)], repeats={"discriminator": 2})
    generator = values(gan.trained_by("generator"))
    play(gan, images)
    weights = values(gan.trained_by("discriminator"))
    limit = np.float32(0.05)
    assert all(np.abs(w).max() <= limit for w in weights)
    assert any((np.abs(w) == limit).any() for w in weights)
    assert any(np.abs(w).max() > 0.2 for w in generator)


class Still(gankit.AdversarialLoss):
    """A loss that moves nobody."""

    def discriminator(self, real, fake):
        return 0.0 * (ops.mean(real) + ops.mean(fake))

    def generator(self, fake):
        return 0.0 * ops.mean(fake)


@pytest.mark.parametrize("player", PLAYERS)
def test_historical_averaging_equals_its_closed_form(images, player):
    part = HistoricalAveraging(0.5)
    gan = game(Still(), [part], learning_rate=0.1)
    past = [[w.astype("float64") for w in values(gan.trained_by(player))]]
    now = [w + 0.5 for w in past[0]]
    for variable, weight in zip(gan.trained_by(player), now):
        variable.assign(weight)
    for _ in range(3):
        gan.reset_metrics()
        logs = play(gan, images)
        away = [w - m for w, m in zip(now, means(past))]
        loss = 0.5 * sum((a**2).sum() for a in away)
        assert logs[f"{player[0]}_loss"] == pytest.approx(loss, rel=1e-4)
        now = [w - 0.1 * a for w, a in zip(now, away)]  # the gradient of weight · a² is a
        past.append(now)
    for expected, found in zip(now, values(gan.trained_by(player))):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    for expected, found in zip(means(past), values(part.averages[player])):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def means(past):
    """Return the mean of each weight over the past."""
    return [np.mean(weights, axis=0) for weights in zip(*past)]


def test_the_averages_are_state_of_the_game():
    part = HistoricalAveraging()
    held = {id(v) for v in game(Bce(), [part]).variables}
    assert {id(v) for group in part.averages.values() for v in group} <= held
    assert {id(v) for v in part.counts.values()} <= held
