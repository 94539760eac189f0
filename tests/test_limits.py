"""Seeds, sizes and precisions at the ends of what is allowed."""

import keras
import numpy as np
import pytest
from games import game
from recipe_reading import MINIMAL, read

import gankit
from gankit import engine
from gankit.run.experiment import HUGE, assemble
from gankit.run.memory import built_within_memory
from gankit_standard.losses import Bce

BACKEND = keras.backend.backend()


@pytest.mark.parametrize("seed", [0, 2**31 - 1, 2**31, 2**32 - 1])
def test_every_seed_of_32_bits_plays(seed):
    experiment = assemble(read(MINIMAL, f"seed={seed}", "training.batch_size=8"))
    state = keras.ops.convert_to_numpy(experiment.gan.seed.state)
    assert int(state[0]) % 2**32 == seed
    draws = [np.asarray(keras.ops.convert_to_numpy(drawn(seed))) for _ in range(2)]
    np.testing.assert_array_equal(*draws)
    assert np.abs(draws[0] - keras.ops.convert_to_numpy(drawn(seed ^ 1))).max() > 0.1


def drawn(seed):
    """Return what a game draws first with a seed, by Keras and by gankit's own kernel."""
    generator = game(Bce(), seed=seed).seed
    kept = engine.kernels.dropout(keras.ops.ones((64,)), 0.5, generator.next())
    return keras.ops.concatenate([keras.random.normal((64,), seed=generator), kept])


@pytest.mark.skipif(BACKEND != "torch", reason="only PyTorch lacks it on a CPU")
def test_a_precision_that_a_cpu_lacks_is_named():
    with pytest.raises(gankit.GankitError, match="torch cannot train in mixed_float16") as raised:
        assemble(read(MINIMAL, 'training.precision="mixed_float16"'))
    assert "mixed_bfloat16" in raised.value.hint


@pytest.mark.parametrize("latent", [10**10, 10**14, 2**63 - 1])
def test_networks_that_no_memory_holds_are_an_error(latent):
    with pytest.raises(gankit.GankitError, match="not enough memory for the networks") as raised:
        assemble(read(MINIMAL, f"architecture.latent={latent}"))
    assert "[architecture]" in raised.value.hint


def test_large_networks_keep_what_is_assigned_to_them():
    def make():
        network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
        network.layers[0].kernel.assign(np.full((2, 3), 7.0))
        return {"generator": network}

    kernel, bias = built_within_memory(make)["generator"].variables
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(kernel), np.full((2, 3), 7.0))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(bias), np.zeros(3))


def test_networks_that_are_large_and_fit_have_the_same_weights():
    made = assemble(read(MINIMAL, f"architecture.latent={HUGE}", "training.batch_size=8"))
    monkeypatched = pytest.MonkeyPatch()
    monkeypatched.setattr("gankit.run.experiment.HUGE", HUGE + 1)
    other = assemble(read(MINIMAL, f"architecture.latent={HUGE}", "training.batch_size=8"))
    monkeypatched.undo()
    for name, network in made.gan.networks.items():
        for one, same in zip(network.variables, other.gan.networks[name].variables):
            np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (one, same)))


@pytest.mark.parametrize("count", [10**14, 10**17, 2**63 - 1])
def test_data_that_no_memory_holds_is_an_error(count):
    with pytest.raises(gankit.GankitError, match="enough memory for the dataset 'dots'") as raised:
        assemble(read(MINIMAL, f"dataset.count={count}"))
    assert "[dataset]" in raised.value.hint
