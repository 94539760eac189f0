"""Every loss meets every stabilizer."""

import numpy as np
import pytest
from games import game, play, values
from tables import shipped_parts

import gankit
from gankit.run.checkpoint import Checkpoints, Place

SMALL = {
    "ada": {"start": 0.5, "speed": 0.1},
    "minibatch-discrimination": {"kernels": 4, "dimensions": 2},
    "instance-noise": {"decay": 9},
    "virtual-batch-norm": {"reference": 4},
}


ALL, STABILIZERS = (
    {part.name: part.load() for part in shipped_parts(kind)} for kind in ("losses", "stabilizers")
)
LOSSES = {name: loss for name, loss in ALL.items() if issubclass(loss, gankit.AdversarialLoss)}
ON_EACH = [  # one loss on every backend: test_losses.py has the others
    name if name == "bce" else pytest.param(name, marks=pytest.mark.anywhere) for name in LOSSES
]


def test_the_shelves_are_as_full_as_they_were():
    assert len(LOSSES) >= 6 and len(STABILIZERS) >= 25


@pytest.mark.parametrize("stabilizer", STABILIZERS)
@pytest.mark.parametrize("loss", ON_EACH)
def test_two_steps_are_finite_also_when_the_second_is_resumed(images, tmp_path, loss, stabilizer):
    gan, resumed = (of_both(loss, stabilizer, seed) for seed in (0, 1))
    play(gan, images[:4])
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(gan, Place())
    checkpoints.newest().restore(resumed)
    for each in (gan, resumed):
        assert np.isfinite(list(play(each, images[:4]).values())).all()
    for one, other in zip(values(gan.variables), values(resumed.variables), strict=True):
        assert np.isfinite(one).all() and one.tobytes() == other.tobytes()


def of_both(loss, stabilizer, seed):
    norm = stabilizer == "virtual-batch-norm"  # which needs one
    gan = game(LOSSES[loss](), [made(stabilizer)], norm=norm, learning_rate=1e-3, seed=seed)
    gan.run_eagerly, gan.jit_compile = True, False
    return gan


def made(name):
    """Return a stabilizer, made small."""
    return STABILIZERS[name](**SMALL.get(name, {}))
