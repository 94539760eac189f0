import keras
import numpy as np
import pytest
from networks import (
    called,
    convolve,
    doubled,
    halved,
    normal,
    parameters,
    randomise,
    relu,
    unmoved,
)

import gankit
from gankit_standard.losses import LeastSquares
from gankit_standard.resnet import resnet
from gankit_standard.stabilizers.penalties import R1
from gankit_standard.stabilizers.spectral_norm import SpectralNorm

CIFAR = gankit.DataSpec({"images": (32, 32, 3), "labels": ()}, 10)
SMALL = {"latent": 5, "generator_widths": (4, 6), "discriminator_widths": (4, 6)}


def spec(size, channels=1):
    return gankit.DataSpec({"images": (size, size, channels)})


def convolution(edge, before, after):
    return edge * edge * before * after + after


@pytest.mark.anywhere
def test_the_defaults_are_the_networks_of_the_paper_for_cifar10():
    networks = resnet(CIFAR)
    block = 2 * convolution(3, 256, 256) + convolution(1, 256, 256) + 2 * 2 * 256
    generator = (128 + 1) * 4 * 4 * 256 + 3 * block + 2 * 256 + convolution(3, 256, 3)
    assert parameters(networks["generator"].trainable_weights) == generator == 4_276_739
    first = convolution(3, 3, 128) + convolution(3, 128, 128) + convolution(1, 3, 128)
    second = 2 * convolution(3, 128, 128) + convolution(1, 128, 128)
    discriminator = first + second + 2 * 2 * convolution(3, 128, 128) + 128 + 1
    assert parameters(networks["discriminator"].weights) == discriminator == 1_053_825
    assert edges(networks["generator"], "Add") == [8, 16, 32]
    assert edges(networks["discriminator"], "Add") == [16, 8, 8, 8]


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("size", "drawn", "judged"),
    [
        (28, [(14, 6), (28, 4)], [(14, 4), (7, 6), (7, 6), (7, 6)]),
        (32, [(8, 6), (16, 6), (32, 4)], [(16, 4), (8, 6), (8, 6), (8, 6)]),
        (64, [(8, 6), (16, 6), (32, 6), (64, 4)], [(32, 4), (16, 6), (8, 6), (8, 6), (8, 6)]),
    ],
)
def test_blocks_have_the_sizes_and_widths_that_are_asked_for(size, drawn, judged):
    networks = resnet(spec(size), **SMALL)
    for network, expected in (("generator", drawn), ("discriminator", judged)):
        shapes = [x.output.shape[1:] for x in networks[network].layers if is_a(x, "Add")]
        assert [(height, channels) for height, _, channels in shapes] == expected
    images = called(networks["generator"], normal(2, 5))
    assert images.shape == (2, size, size, 1) and np.abs(images).max() <= 1
    assert called(networks["discriminator"], images).shape == (2, 1)


def test_it_is_what_float64_numpy_computes():
    networks = resnet(spec(28, 3), **SMALL)
    noise, images = normal(3, 5), normal(3, 28, 28, 3)
    expected = drawn_by_numpy(randomise(networks["generator"]), noise)
    np.testing.assert_allclose(called(networks["generator"], noise), expected, atol=1e-4)
    expected = judged_by_numpy(randomise(networks["discriminator"]), images)
    np.testing.assert_allclose(called(networks["discriminator"], images), expected, rtol=1e-3)


@pytest.mark.anywhere
@pytest.mark.parametrize("stabilizer", [SpectralNorm, R1])
def test_every_weight_learns(stabilizer):
    networks = resnet(spec(28), **SMALL)
    batch = {"images": normal(4, 28, 28, 1)}
    small = 1e-5  # sums over all pixels are large
    assert not unmoved(networks, LeastSquares(), [stabilizer()], batch, learning_rate=small)


@pytest.mark.anywhere
def test_weights_are_saved_and_loaded(tmp_path):
    network, other = (
        resnet(CIFAR, conditional="projection", **SMALL)["generator"] for _ in range(2)
    )
    randomise(network)
    network.save_weights(tmp_path / "a.weights.h5")
    other.load_weights(tmp_path / "a.weights.h5")
    inputs = normal(3, 5), np.array([0, 9, 3], "int32")
    np.testing.assert_array_equal(called(network, *inputs), called(other, *inputs))


@pytest.mark.anywhere
def test_outputs_are_float32_in_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        networks = resnet(CIFAR, conditional="projection", **SMALL)
    finally:
        keras.config.set_dtype_policy(before)
    labels = np.array([0, 9], "int32")
    images = called(networks["generator"], normal(2, 5), labels)
    logits = called(networks["discriminator"], images, labels)
    assert images.dtype == logits.dtype == "float32"


@pytest.mark.anywhere
def test_without_norm_there_is_none():
    networks = resnet(CIFAR, generator_norm=False, **SMALL)
    assert not [x for x in networks["generator"].layers if is_a(x, "BatchNormalization")]


@pytest.mark.anywhere
def test_what_does_not_fit_is_an_error():
    with pytest.raises(gankit.GankitError, match="resnet needs images"):
        resnet(spec(30))
    with pytest.raises(gankit.GankitError, match="resnet generates images"):
        resnet(gankit.DataSpec({"images": (2,)}))
    with pytest.raises(gankit.GankitError, match=r"one for each size: 28, 14, 7\. Received: 4"):
        resnet(spec(28), generator_widths=(1, 2, 3, 4))


# References


def drawn_by_numpy(weights, noise):
    """Return images of a generator of 28×28 outside training: 7 → 14 → 28."""
    dense, *kernels = weights["kernel"]
    bias, *biases = weights["bias"]
    norms = zip(*(weights[n] for n in ("gamma", "beta", "moving_mean", "moving_variance")))
    main, short = in_order(kernels, biases)

    def active(x):
        gamma, beta, mean, variance = next(norms)
        return relu(gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta)

    x = (noise @ dense + bias).reshape(-1, 7, 7, 6)
    for _ in range(2):
        y = convolve(doubled(active(x)), *next(main))
        y = convolve(active(y), *next(main))
        x = y + doubled(convolve(x, *next(short)))
    return np.tanh(convolve(active(x), *next(main)))


def judged_by_numpy(weights, x):
    """Return the logits of a discriminator of 28×28: 28 → 14 → 7, and two blocks more."""
    *kernels, dense = weights["kernel"]
    *biases, bias = weights["bias"]
    main, short = in_order(kernels, biases)
    for block in range(4):
        y = convolve(relu(x) if block else x, *next(main))
        y = convolve(relu(y), *next(main))
        x = halved(convolve(x, *next(short)) + y) if block < 2 else x + y
    return relu(x).sum(axis=(1, 2)) @ dense + bias


def in_order(kernels, biases):
    """Return the 3×3 kernels with their biases, and the 1×1 ones of the shortcuts."""
    pairs = list(zip(kernels, biases))
    return tuple(iter([p for p in pairs if p[0].shape[0] == edge]) for edge in (3, 1))


def edges(network, kind):
    return [x.output.shape[1] for x in network.layers if is_a(x, kind)]


def is_a(layer, kind):
    return isinstance(layer, getattr(keras.layers, kind))
