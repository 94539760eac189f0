"""Images that deceive the discriminator, by the closed form of a linear one."""

from types import SimpleNamespace

import numpy as np
import pytest
from games import game, linear, play, values
from keras import ops

import gankit
from gankit_standard.losses import Bce, Hinge, LeastSquares, Minimax, Relativistic, Wasserstein
from gankit_standard.stabilizers.adversarial import AdversarialPerturbation
from gankit_standard.stabilizers.targets import LabelSmoothing

DRAW = np.random.default_rng(4)
REAL, FAKE = (DRAW.normal(size=(12, 3, 4, 2)) for _ in range(2))
WEIGHTS = 0.3 * DRAW.normal(size=(1, 3, 4, 2))
SLOPE = np.abs(WEIGHTS).sum()


def tensor(x):
    return ops.convert_to_tensor(np.asarray(x, "float32"))


def array(x):
    return ops.convert_to_numpy(ops.stop_gradient(x)).astype("float64")


def sloped(images):
    return ops.sum(images * tensor(WEIGHTS), axis=(1, 2, 3))[:, None] + 0.2


def curved(images):
    return ops.sum(ops.tanh(images * 2) ** 2 * tensor(WEIGHTS), axis=(1, 2, 3))[:, None]


def turn(judge, player="discriminator"):
    judgment = gankit.Judgment(judge, tensor(REAL), tensor(FAKE), lambda targets: targets)
    return SimpleNamespace(player=player, judgments=[judgment])


def part(loss, *options):
    found = AdversarialPerturbation(*options)
    found.prepare(SimpleNamespace(game=loss))
    return found


def softplus(x):
    return np.logaddexp(0, x)


LOSSES = {
    Bce: lambda real, fake: (softplus(-real).mean() + softplus(fake).mean()) / 2,
    Minimax: lambda real, fake: (softplus(-real).mean() + softplus(fake).mean()) / 2,
    LeastSquares: lambda real, fake: (((real - 1) ** 2).mean() + (fake**2).mean()) / 2,
    Hinge: lambda real, fake: np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean(),
    Relativistic: lambda real, fake: softplus(fake - real).mean(),
    Wasserstein: lambda real, fake: fake.mean() - real.mean(),
}


@pytest.mark.parametrize("epsilon", [0.0, 0.1])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
def test_all_logits_of_a_linear_discriminator_err_by_the_same(loss, epsilon):
    real, fake = ((x * WEIGHTS).sum((1, 2, 3)) + 0.2 for x in (REAL, FAKE))
    expected = LOSSES[loss](real - epsilon * SLOPE, fake + epsilon * SLOPE)
    found = part(loss(), 0.7, epsilon).penalty(turn(sloped))
    assert float(found) == pytest.approx(0.7 * expected, rel=1e-5)


def test_each_number_goes_as_far_as_epsilon_and_deceives():
    played = turn(curved)
    moved = part(Bce(), 1.0, 0.02)._perturbed(played.judgments[0])
    for images, start in ((moved.real_images, REAL), (moved.fake_images, FAKE)):
        np.testing.assert_allclose(np.abs(array(images) - start), 0.02, atol=1e-6)
    assert (array(moved.real) < array(played.judgments[0].real)).all()
    assert (array(moved.fake) > array(played.judgments[0].fake)).all()


def test_only_the_discriminator_learns_from_them():
    assert part(Bce()).penalty(turn(sloped, "generator")) == 0.0


def test_the_weights_move_by_the_gradient_at_the_moved_images(images):
    """A linear critic: its loss has the slope −E x + E G(z), and ε sign w more in the penalty."""
    gan = game(Wasserstein(), [AdversarialPerturbation(0.5, 0.1)], 0.01, made=linear())
    gan.run_eagerly, gan.jit_compile = True, False
    (before,) = values(gan.trained_by("discriminator"))
    logs = play(gan, images[:16])
    w = before[:, 0].astype("float64")
    mean = (images[:16].astype("float64") / 127.5 - 1).mean(0).ravel()  # generated ones are 0
    assert logs["adversarial_perturbation"] == pytest.approx(
        0.5 * (0.2 * np.abs(w).sum() - mean @ w), rel=1e-4
    )
    slope = -1.5 * mean + 0.5 * 0.2 * np.sign(w)
    after = values(gan.trained_by("discriminator"))[0][:, 0]
    np.testing.assert_allclose(after, w - 0.01 * slope, atol=1e-6)


def test_targets_are_those_of_the_game(images):
    parts = [LabelSmoothing(0.3), AdversarialPerturbation(1.0, 0.0)]
    logs = play(game(Bce(), parts, 0.0, made=linear()), images[:8])
    assert logs["adversarial_perturbation"] == pytest.approx(logs["d_loss"] / 2, rel=1e-5)


def test_a_loss_without_formulas_is_named():
    class Plain(gankit.Loss):
        players = {"discriminator": ("discriminator",)}  # noqa: RUF012

        def __call__(self, turn):
            return 0.0

    with pytest.raises(gankit.GankitError, match="Plain"):
        part(Plain())
