"""The networks of BigGAN: conditional normalisation, split noise, orthogonal kernels."""

import keras
import numpy as np
import pytest
from keras import ops
from networks import called, normal, randomise, relu, unmoved

import gankit
from gankit_standard.attention import Gain
from gankit_standard.biggan import _activate, biggan
from gankit_standard.losses import LeastSquares
from gankit_standard.resnet import resnet
from gankit_standard.stabilizers.network_layers import KERNELS
from gankit_standard.stabilizers.spectral_norm import SpectralNorm

CLASSES = 5
SPEC = gankit.DataSpec({"images": (28, 28, 1), "labels": ()}, CLASSES)
WIDTHS = {"generator_widths": (4, 8), "discriminator_widths": (4, 8), "attention": 14}
SMALL = {"latent": 3, "embedding": 4, **WIDTHS}
LABELS = np.array([0, 4, 2], "int32")


def test_conditional_normalisation_equals_its_formula():
    x, condition = keras.Input((2, 2, 6)), keras.Input((5,))
    network = keras.Model([x, condition], _activate(x, condition))
    weights = randomise(network)
    gain, bias = weights["kernel"]
    (mean,), (variance,) = weights["moving_mean"], weights["moving_variance"]
    x, condition = normal(3, 2, 2, 6), normal(3, 5, seed=1)
    inside = (x - mean) / np.sqrt(variance + 1e-3)
    gain, bias = ((condition @ w)[:, None, None] for w in (gain, bias))
    expected = relu((1 + gain) * inside + bias)
    np.testing.assert_allclose(called(network, x, condition), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.anywhere
def test_without_conditions_the_generator_is_that_of_resnet():
    generator = biggan(SPEC, **SMALL)["generator"]
    unconditional = gankit.DataSpec({"images": (28, 28, 1)})
    plain = resnet(unconditional, latent=3, **WIDTHS)["generator"]
    randomise(generator)
    ours, theirs = chains(generator), chains(plain)
    for layer in ours.pop("conditions"):
        layer.kernel.assign(0 * layer.kernel.value)
    assert theirs.pop("conditions") == []
    assert {name: len(found) for name, found in ours.items()} == {
        "3×3": 5, "1×1": 2, "attention": 4, "gains": 1, "dense": 1, "norms": 5,
    }  # fmt: skip
    for name, layers in ours.items():
        for layer, other in zip(layers, theirs[name], strict=True):
            for weight in layer.weights:
                next(w for w in other.weights if w.name == weight.name).assign(weight)
    noise = normal(3, 9)
    np.testing.assert_allclose(
        called(generator, noise, LABELS), called(plain, noise[:, :3]), rtol=1e-4, atol=1e-5
    )


def chains(network):
    """Return the layers of a network by what they are; those of a kind follow each other."""
    found = {name: [] for name in ("3×3", "1×1", "attention", "gains", "dense", "norms")}
    found["conditions"] = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            found["dense" if layer.use_bias else "conditions"].append(layer)
        elif isinstance(layer, keras.layers.Conv2D):
            edge = layer.kernel_size[0]
            found["attention" if not layer.use_bias else f"{edge}×{edge}"].append(layer)
        elif isinstance(layer, keras.layers.BatchNormalization):
            found["norms"].append(layer)
        elif isinstance(layer, Gain):
            found["gains"].append(layer)
    return found


@pytest.mark.anywhere
def test_every_block_gets_a_part_of_the_noise_and_the_label_by_one_embedding():
    generator = biggan(SPEC, **SMALL)["generator"]
    assert generator.inputs[0].shape[1:] == (9,)
    shapes = [w.shape for w in generator.weights]
    assert shapes.count((CLASSES, 4)) == 1
    assert shapes.count((4 + 3, 8)) == 6 and shapes.count((4 + 3, 4)) == 2  # gains and biases
    randomise(generator)
    noise = normal(3, 9)
    before = called(generator, noise, LABELS)
    for part in range(3):
        changed = noise.copy()
        changed[:, 3 * part : 3 * part + 3] += 1
        assert np.abs(called(generator, changed, LABELS) - before).max() > 1e-3
    moved = called(generator, noise, np.array([1, 4, 2], "int32"))
    assert (np.abs(moved - before).max(axis=(1, 2, 3)) > 1e-3).tolist() == [True, False, False]


@pytest.mark.anywhere
@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_kernels_start_orthogonal(network):
    layers = [x for x in biggan(SPEC, **SMALL)[network].layers if isinstance(x, KERNELS)]
    assert len(layers) > 8
    for layer in layers:
        w = ops.convert_to_numpy(layer.kernel).reshape(-1, layer.kernel.shape[-1])
        w = w if w.shape[0] >= w.shape[1] else w.T
        np.testing.assert_allclose(w.T @ w, np.eye(w.shape[1]), atol=1e-5)


@pytest.mark.anywhere
def test_the_discriminator_is_that_of_resnet():
    theirs = resnet(SPEC, conditional="projection", **WIDTHS)["discriminator"]
    ours = biggan(SPEC, **SMALL)["discriminator"]
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]


@pytest.mark.anywhere
def test_every_weight_learns():
    networks = biggan(SPEC, **SMALL)
    for network in networks.values():
        for gain in (layer for layer in network.layers if isinstance(layer, Gain)):
            gain.gamma.assign(1.0)
    batch = {"images": normal(5, 28, 28, 1), "labels": np.arange(5, dtype="int32")}
    stabilizers = [SpectralNorm("both")]
    assert not unmoved(networks, LeastSquares(), stabilizers, batch, learning_rate=1e-4)


@pytest.mark.anywhere
def test_data_without_labels_is_an_error():
    with pytest.raises(gankit.GankitError, match="biggan needs labels"):
        biggan(gankit.DataSpec({"images": (28, 28, 1)}))
