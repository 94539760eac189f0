import keras
import numpy as np
import pytest
from keras import ops
from networks import called, convolve, normal, parameters, randomise, resized, unmoved

import gankit
from gankit_standard.losses import Relativistic
from gankit_standard.r3gan import Resampling, r3gan
from gankit_standard.stabilizers.penalties import R1, R2

SMALL = {"latent": 5, "widths": (4, 6), "blocks": 1, "group": 4}
TOLD = gankit.DataSpec({"images": (28, 28, 1), "labels": ()}, 10)


def spec(size, channels=1):
    return gankit.DataSpec({"images": (size, size, channels)})


@pytest.mark.anywhere
def test_it_has_the_parameters_of_a_hand_count():
    networks = r3gan(spec(64, 3), 64, (64, 128, 256), blocks=2, expansion=2, group=16)

    def block(width):
        inside = 2 * width
        return width * inside + inside + 9 * 16 * inside + inside + inside * width

    blocks = 2 * (block(64) + block(128) + 3 * block(256))
    between = 64 * 128 + 128 * 256
    generator = 64 * 256 + 4 * 4 * 256 + blocks + between + 64 * 3
    discriminator = 3 * 64 + blocks + between + 4 * 4 * 256 + 256
    assert parameters(networks["generator"].weights) == generator == 2_358_976
    assert parameters(networks["discriminator"].weights) == discriminator == 2_342_848
    groups = {x.groups for x in networks["generator"].layers if is_a(x, "Conv2D")}
    assert groups == {1, 128 // 16, 256 // 16, 512 // 16}


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("size", "stages"),
    [
        (28, [(7, 6), (14, 6), (28, 4)]),
        (32, [(4, 6), (8, 6), (16, 6), (32, 4)]),
        (64, [(4, 6), (8, 6), (16, 6), (32, 6), (64, 4)]),
    ],
)
def test_stages_have_the_sizes_and_widths_that_are_asked_for(size, stages):
    networks = r3gan(spec(size), **SMALL | {"group": 2})
    for network, expected in (("generator", stages), ("discriminator", stages[::-1])):
        shapes = [x.output.shape[1:] for x in networks[network].layers if is_a(x, "Add")]
        assert [(height, channels) for height, _, channels in shapes] == expected
    images = called(networks["generator"], normal(2, 5))
    assert images.shape == (2, size, size, 1)
    assert called(networks["discriminator"], images).shape == (2, 1)


def test_each_block_begins_as_the_identity():
    networks = r3gan(spec(32), 5, (4, 8), blocks=2)
    for network, x in (("generator", normal(3, 5)), ("discriminator", normal(3, 32, 32, 1))):
        sums = [layer for layer in networks[network].layers if is_a(layer, "Add")]
        ends = [[*layer.input, layer.output] for layer in sums]
        inside = keras.Model(networks[network].input, ends)(ops.convert_to_tensor(x))
        assert len(sums) == 8
        for before, branch, after in inside:
            before, branch, after = map(ops.convert_to_numpy, (before, branch, after))
            assert np.array_equal(before, after) and not branch.any() and before.std() > 0


@pytest.mark.anywhere
def test_other_kernels_begin_as_fixup_has_them():
    networks = r3gan(spec(28, 3), 400, (96,), blocks=3, expansion=2, group=48)
    slope, blocks = 2 / (1 + 0.2**2), 3 * 3
    for network in networks.values():
        for layer in (x for x in network.layers if is_a(x, "Conv2D") and x.use_bias):
            kernel = ops.convert_to_numpy(layer.kernel)
            inputs = np.prod(kernel.shape[:3])
            assert kernel.std() == pytest.approx(np.sqrt(slope / inputs) * blocks**-0.25, rel=0.05)
            assert not ops.convert_to_numpy(layer.bias).any()
    first = networks["generator"].layers[1].kernel
    assert ops.convert_to_numpy(first).std() == pytest.approx(1 / np.sqrt(400), rel=0.05)


def test_it_is_what_float64_numpy_computes():
    networks = r3gan(spec(28, 3), **SMALL)
    noise, images = normal(3, 5), normal(3, 28, 28, 3)
    expected = drawn_by_numpy(randomise(networks["generator"]), noise)
    np.testing.assert_allclose(called(networks["generator"], noise), expected, rtol=1e-3, atol=1e-4)
    expected = judged_by_numpy(randomise(networks["discriminator"]), images)
    np.testing.assert_allclose(
        called(networks["discriminator"], images), expected, rtol=1e-3, atol=1e-4
    )


@pytest.mark.parametrize(("before", "after"), [(7, 14), (28, 14), (4, 64), (30, 12)])
def test_resampling_is_pillows(before, after):
    x = normal(2, before, before, 3)
    layer = Resampling(after)
    found = ops.convert_to_numpy(layer(ops.convert_to_tensor(x)))
    np.testing.assert_allclose(found, resized(x, after), atol=1e-5)


@pytest.mark.anywhere
def test_every_weight_learns_once_the_blocks_are_no_longer_the_identity():
    networks = r3gan(TOLD, conditional="projection", **SMALL)
    batch = {"images": normal(20, 28, 28, 1), "labels": np.arange(20, dtype="int32") % 10}
    rounds = (Relativistic(), [R1(0.1), R2(0.1)], batch)
    assert len(unmoved(networks, *rounds)) == 2 * 3 * 4  # what is before the zeros of a block
    assert not unmoved(networks, *rounds)


def test_weights_are_saved_and_loaded(tmp_path):
    network, other = (
        r3gan(TOLD, conditional="projection", **SMALL)["discriminator"] for _ in range(2)
    )
    randomise(network)
    network.save_weights(tmp_path / "a.weights.h5")
    other.load_weights(tmp_path / "a.weights.h5")
    inputs = normal(3, 28, 28, 1), np.array([0, 9, 3], "int32")
    np.testing.assert_array_equal(called(network, *inputs), called(other, *inputs))


@pytest.mark.anywhere
def test_outputs_are_float32_in_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        networks = r3gan(TOLD, conditional="projection", **SMALL)
    finally:
        keras.config.set_dtype_policy(before)
    labels = np.array([0, 9], "int32")
    images = called(networks["generator"], normal(2, 5), labels)
    logits = called(networks["discriminator"], images, labels)
    assert images.dtype == logits.dtype == "float32"


@pytest.mark.anywhere
def test_what_does_not_fit_is_an_error():
    with pytest.raises(gankit.GankitError, match="r3gan needs images"):
        r3gan(spec(30))
    with pytest.raises(gankit.GankitError, match="group = 16, and 24 channels"):
        r3gan(spec(28), widths=(4, 12, 16))
    with pytest.raises(gankit.GankitError, match=r"one for each size: 28, 14, 7\. Received: 4"):
        r3gan(spec(28), widths=(8, 8, 8, 8))


# References


def drawn_by_numpy(weights, noise):
    """Return images of a generator of 28×28: 7 → 14 → 28."""
    dense, *kernels = weights["kernel"]
    kernels, biases = iter(kernels), iter(weights["bias"])
    x = weights["basis"][0] * (noise @ dense)[:, None, None]
    x = through_block(x, kernels, biases)
    x = through_block(resized(x, 14), kernels, biases)
    x = resized(convolve(x, next(kernels)), 28)
    return convolve(through_block(x, kernels, biases), next(kernels))


def judged_by_numpy(weights, x):
    """Return the logits of a discriminator of 28×28: 28 → 14 → 7."""
    *kernels, dense = weights["kernel"]
    kernels, biases = iter(kernels), iter(weights["bias"])
    x = through_block(convolve(x, next(kernels)), kernels, biases)
    x = through_block(convolve(resized(x, 14), next(kernels)), kernels, biases)
    x = through_block(resized(x, 7), kernels, biases)
    return np.einsum("bhwc,hwc->bc", x, weights["basis"][0]) @ dense


def through_block(x, kernels, biases):
    y = leaky(convolve(x, next(kernels), next(biases)))
    y = leaky(convolve(y, next(kernels), next(biases), groups=y.shape[-1] // 4))
    return x + convolve(y, next(kernels))


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def is_a(layer, kind):
    return isinstance(layer, getattr(keras.layers, kind))
