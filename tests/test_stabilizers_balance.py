"""Players who wait for each other, against the game in which nobody does."""

import keras
import numpy as np
import pytest
from games import PLAYERS, networks, play, values

import gankit
from gankit.game.gan import GAN
from gankit_standard.losses import Bce, Wasserstein
from gankit_standard.stabilizers.balance import AdaptiveBalance


@pytest.fixture
def images(images):
    """Few, since they are played often."""
    return images[:16]


def game(stabilizers=(), loss=None, rates=(0.01, 0.01), **options):
    """Return a compiled GAN with Adam, at a learning rate for each player."""
    gan = GAN(networks(norm=True), loss or Bce(), stabilizers, **options)
    gan.compile({p: keras.optimizers.Adam(rate) for p, rate in zip(PLAYERS, rates)})
    return gan


def moved(gan, player):
    """Return what a player's turn moves: its weights and the state of its optimizer."""
    return values([*gan.trained_by(player), *gan.optimizer.by_player[player].variables])


def held_at(accuracy):
    """Return a balance whose average hardly leaves an accuracy."""
    part = AdaptiveBalance(0.8, 0.4, decay=0.999)
    prepare = part.prepare
    part.prepare = lambda gan: (prepare(gan), part.accuracy.assign(accuracy))
    return part


@pytest.mark.parametrize("simultaneous", [False, True])
@pytest.mark.parametrize(("player", "accuracy"), [("discriminator", 0.9), ("generator", 0.3)])
def test_who_is_ahead_stays_and_the_other_plays_as_ever(images, player, accuracy, simultaneous):
    gan = game([held_at(accuracy)], simultaneous=simultaneous)
    still = game(rates=[0.01 * (name != player) for name in PLAYERS], simultaneous=simultaneous)
    other = PLAYERS[player == PLAYERS[0]]
    before = moved(gan, player)
    logs = play(gan, images, steps=2)
    play(still, images, steps=2)
    for ours, theirs in zip(before, moved(gan, player)):
        np.testing.assert_array_equal(ours, theirs)
    for ours, theirs in zip(moved(gan, other), moved(still, other)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert (logs[f"{player[0]}_updates"], logs[f"{other[0]}_updates"]) == (0.0, 1.0)
    assert np.isfinite(list(logs.values())).all() and logs[f"{player[0]}_grad_norm"] > 0


@pytest.mark.parametrize(
    ("part", "simultaneous"), [(held_at(0.6), False), (AdaptiveBalance(1.0, 0.0, 0.0), True)]
)
def test_where_nobody_is_ahead_nothing_changes(images, part, simultaneous):
    plain, changed = (game(parts, simultaneous=simultaneous) for parts in ((), [part]))
    logs = [play(gan, images, steps=2) for gan in (plain, changed)]
    assert logs[1] == pytest.approx({**logs[0], "d_updates": 1.0, "g_updates": 1.0}, rel=1e-4)
    for player in PLAYERS:
        for ours, theirs in zip(moved(plain, player), moved(changed, player)):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_the_average_follows_the_accuracy_that_is_shown_and_waits_for_it(images):
    part = AdaptiveBalance(0.75, 0.55, decay=0.6)
    gan = game([part])
    average, waited = np.float32(0.5), []
    for _ in range(12):
        before = [moved(gan, player)[0] for player in PLAYERS]
        gan.reset_metrics()
        average = 0.6 * average + 0.4 * play(gan, images)["d_acc"]
        assert float(part.accuracy.value) == pytest.approx(average, abs=1e-5)
        stayed = [(a == moved(gan, player)[0]).all() for a, player in zip(before, PLAYERS)]
        assert stayed == [average > 0.75, average < 0.55]
        waited.append(tuple(stayed))
    assert len(set(waited)) > 1  # not always the same


def test_repeats_that_are_not_needed_are_skipped(images, monkeypatch):
    part = AdaptiveBalance(0.6, 0.0, decay=0.8)
    monkeypatch.setattr(part, "_accuracy", lambda judgment: 0.0)  # accuracies of .72, .58 and .46
    gan = game([part], repeats={"discriminator": 3})
    part.accuracy.assign(0.9)
    logs = play(gan, images[:12])
    assert (logs["d_updates"], logs["g_updates"]) == (pytest.approx(2 / 3), 1)
    assert int(gan.optimizer.by_player["discriminator"].iterations.value) == 2


def test_without_an_accuracy_nobody_waits(images):
    gan = game([AdaptiveBalance(0.3, 0.2)], loss=Wasserstein())
    logs = play(gan, images, steps=2)
    assert logs["d_updates"] == logs["g_updates"] == 1.0
    (incompatibility,) = gan.stabilizers[0].incompatibilities(gan)
    assert "has no effect" in incompatibility.reason
    assert not list(AdaptiveBalance().incompatibilities(game()))


def test_both_cannot_wait():
    with pytest.raises(gankit.GankitError, match=r"at most high. Received: 0.7 and 0.6"):
        AdaptiveBalance(high=0.6, low=0.7)
