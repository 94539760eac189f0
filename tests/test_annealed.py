"""A penalty on the slope that falls: at its start, between and at its end."""

import numpy as np
import pytest
from games import game, play, values
from keras import ops

from gankit_standard.losses import Hinge
from gankit_standard.stabilizers import R1, R2
from gankit_toy.annealed import AnnealedFlatness


@pytest.mark.parametrize(("steps", "gamma"), [(0, 8.0), (5, 4.0), (10, 2.0), (25, 2.0)])
def test_it_is_r1_and_r2_of_a_strength_that_falls(pictures, steps, gamma):
    annealed = game(Hinge(), [AnnealedFlatness(8.0, 2.0, 10)], learning_rate=1e-3)
    fixed = game(Hinge(), [R1(gamma), R2(gamma)], learning_rate=1e-3)
    annealed.steps.assign(steps)
    logs = [play(gan, pictures[:8]) for gan in (annealed, fixed)]
    assert logs[0]["annealed_flatness"] == pytest.approx(logs[1]["r1"] + logs[1]["r2"], rel=1e-4)
    for a, b in zip(*(values(gan.trainable_variables) for gan in (annealed, fixed))):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_a_strength_of_0_changes_nothing(pictures):
    plain, changed = game(Hinge()), game(Hinge(), [AnnealedFlatness(0.0)])
    for gan in (plain, changed):
        play(gan, pictures, steps=2)
    for a, b in zip(values(plain.trainable_variables), values(changed.trainable_variables)):
        np.testing.assert_array_equal(a, b)
    assert np.isfinite([float(ops.sum(v.value)) for v in changed.trainable_variables]).all()
