"""Orthogonal regularization against float64 numpy."""

import keras
import numpy as np
import pytest
from games import game, networks, play
from keras import ops

import gankit
from gankit_standard.losses import Bce
from gankit_standard.stabilizers.orthogonal import Orthogonal
from gankit_standard.stabilizers.spectral_norm import SpectralNorm

FORMS = {
    "off-diagonal": lambda gram: gram - np.diag(np.diag(gram)),
    "identity": lambda gram: gram - np.eye(len(gram)),
}


class Still(gankit.AdversarialLoss):
    """A loss that moves nobody."""

    def discriminator(self, real, fake):
        return 0.0 * (ops.mean(real) + ops.mean(fake))

    def generator(self, fake):
        return 0.0 * ops.mean(fake)


def matrices(network):
    """Return the kernels as float64 matrices with a column for each output; the first is dense."""
    for variable in network.trainable_variables:
        kernel = ops.convert_to_numpy(variable.value).astype("float64")
        if kernel.ndim == 4 and network.name == "generator":  # a transposed convolution
            kernel = kernel.transpose(0, 1, 3, 2)
        if kernel.ndim > 1:
            yield kernel.reshape(-1, kernel.shape[-1])


def distance(form, network):
    return sum((FORMS[form](w.T @ w) ** 2).sum() for w in matrices(network))


@pytest.mark.parametrize(("form", "wrapped"), [("off-diagonal", True), ("identity", False)])
def test_it_equals_the_formula_on_the_turn_of_who_trains_the_kernels(images, form, wrapped):
    around = [SpectralNorm("both")] if wrapped else []
    plain = networks()
    for chosen in ("generator", "discriminator", "both"):
        gan = game(Still(), [*around, Orthogonal(0.5, chosen, form)], learning_rate=0.0)
        logs = play(gan, images)
        for name in plain:
            meant = chosen in (name, "both")
            expected = 0.5 * distance(form, plain[name]) if meant else 0.0
            assert logs[f"{name[0]}_loss"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("form", FORMS)
def test_kernels_move_by_its_gradient(images, form):
    gan = game(Still(), [Orthogonal(0.5, "both", form)], learning_rate=1e-3)
    before = {name: list(matrices(network)) for name, network in gan.networks.items()}
    play(gan, images)
    for name, network in gan.networks.items():
        for old, new in zip(before[name], matrices(network)):
            step = 1e-3 * 0.5 * 4 * old @ FORMS[form](old.T @ old)
            np.testing.assert_allclose(new - old, -step, atol=1e-6 + 1e-3 * np.abs(step).max())


@pytest.mark.parametrize(("form", "scale"), [("identity", 1.0), ("off-diagonal", 3.0)])
def test_an_orthogonal_kernel_costs_nothing(form, scale):
    square = scale * np.linalg.qr(np.random.default_rng(0).normal(size=(9, 9)))[0]
    penalty = Orthogonal(form=form)
    for kernel in (square, square[:, :4]):  # with as many rows as columns, and more
        found = penalty.distance(ops.convert_to_tensor(kernel.astype("float32")))
        assert float(found) == pytest.approx(0.0, abs=1e-9)


def test_it_needs_a_kernel():
    inputs = keras.Input((4,))
    bare = keras.Model(inputs, keras.layers.ReLU()(inputs))
    with pytest.raises(gankit.GankitError, match="orthogonal finds no dense or conv"):
        game(Bce(), [Orthogonal()], made={"generator": bare, "discriminator": bare})
