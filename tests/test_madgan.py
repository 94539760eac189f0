"""MAD-GAN: which generator draws, and its loss against float64 numpy."""

import numpy as np
import pytest
from games import game
from keras import ops
from networks import called, normal, randomise
from scipy.special import log_softmax

import gankit
from gankit.game.turn import Round, Turn
from gankit_madgan.loss import MadGan
from gankit_madgan.networks import mad_gan, selected

POINTS = gankit.DataSpec({"images": (2,)})
SMALL = {
    "generators": 3,
    "latent": 2,
    "shared_widths": (4,),
    "generator_widths": (4,),
    "discriminator_widths": (6,),
}


def test_each_generator_is_selected_equally_often():
    which = ops.convert_to_numpy(selected(ops.convert_to_tensor(normal(30_000, 3)), 3))
    assert set(np.unique(which)) == {0, 1} and (which.sum(axis=1) == 1).all()
    np.testing.assert_allclose(which.mean(axis=0), 1 / 3, atol=0.01)
    lowest = ops.convert_to_numpy(selected(ops.convert_to_tensor([[-9.0], [0.0], [9.0]]), 3))
    np.testing.assert_array_equal(lowest, np.eye(3))


def test_a_sample_is_of_the_selected_generator():
    generator = mad_gan(POINTS, **SMALL)["generator"]
    kernels = randomise(generator)["kernel"]
    noise = normal(6, 3)
    before = called(generator, noise)
    heads = [w for w in generator.weights if w.shape == (4, 2)]
    assert len(heads) == 3 and len(kernels) == 1 + 3 * 2
    which = ops.convert_to_numpy(selected(ops.convert_to_tensor(noise), 3))
    for number, head in enumerate(heads):
        kept = ops.convert_to_numpy(head).copy()
        head.assign(kept + 1)
        moved = np.abs(called(generator, noise) - before).max(axis=1) > 0
        np.testing.assert_array_equal(moved, which[:, number] == 1)
        head.assign(kept)


@pytest.mark.parametrize("simultaneous", [False, True])
def test_the_losses_equal_their_formulas(simultaneous):
    gan = game(MadGan(), made=mad_gan(POINTS, **SMALL), simultaneous=simultaneous)
    images = normal(8, 2, seed=5)
    for player in gan.game.players:
        turn = Turn(player, Round(gan, {"images": ops.convert_to_tensor(images)}))
        loss = float(gan.game(turn))
        noise = turn.noise("generator")
        which = ops.convert_to_numpy(selected(noise, 3)).argmax(axis=1)
        made = called(gan.networks["generator"], noise)
        real, fake = (called(gan.networks["discriminator"], x) for x in (images, made))
        real, fake = (log_softmax(x.astype("float64"), axis=1) for x in (real, fake))
        expected = -fake[:, -1].mean()
        if player == "discriminator":
            expected = -(real[:, -1].mean() + 3 * fake[np.arange(8), which].mean()) / 4
        assert loss == pytest.approx(expected, rel=1e-4)
