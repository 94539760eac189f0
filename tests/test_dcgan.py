import re

import keras
import numpy as np
import pytest
from keras import ops

import gankit
from gankit_standard.dcgan import dcgan
from gankit_standard.doubling_sizes import doubled_sizes

pytestmark = pytest.mark.anywhere


def spec(size: int, channels: int = 1) -> gankit.DataSpec:
    return gankit.DataSpec({"images": (size, size, channels)})


def parameters(weights) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


def test_it_has_the_parameters_of_s3():
    networks = dcgan(spec(64))
    generator, discriminator = networks["generator"], networks["discriminator"]
    assert parameters(generator.weights) == 3_576_576
    assert parameters(generator.non_trainable_weights) == 1_920
    assert parameters(discriminator.weights) == 2_765_312
    assert parameters(discriminator.non_trainable_weights) == 1_792


def test_it_has_the_layers_of_s3():
    networks = dcgan(spec(64))
    kernels = [(512, 100), (256, 512), (128, 256), (64, 128), (1, 64)]
    assert shapes(networks["generator"]) == [(4, 4, *kernel) for kernel in kernels]
    kernels = [(1, 64), (64, 128), (128, 256), (256, 512), (512, 1)]
    assert shapes(networks["discriminator"]) == [(4, 4, *kernel) for kernel in kernels]
    dropped = [x for x in networks["discriminator"].layers if isinstance(x, keras.layers.Dropout)]
    assert [layer.rate for layer in dropped] == [0.3] * 4
    for network, count in (("generator", 4), ("discriminator", 3)):
        norms = normalising(networks[network])
        assert [layer.momentum for layer in norms] == [0.9] * count


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize(
    ("size", "channels", "upsample"), [(28, 1, "resize"), (40, 3, "transposed")]
)
def test_it_maps_noise_to_images_to_logits(size, channels, upsample, policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        networks = dcgan(spec(size, channels), latent=8, width=4, upsample=upsample)
    finally:
        keras.config.set_dtype_policy(before)
    images = networks["generator"](ops.convert_to_tensor(np.ones((2, 8), "float32")))
    logits = networks["discriminator"](images)
    assert tuple(images.shape) == (2, size, size, channels)
    assert tuple(logits.shape) == (2, 1)
    for each in (images, logits):
        assert keras.backend.standardize_dtype(each.dtype) == "float32"
    assert np.abs(ops.convert_to_numpy(images)).max() <= 1
    assert [x.name for n in networks.values() for x in n.inputs] == ["noise", "images"]


@pytest.mark.parametrize(
    ("size", "steps"),
    [
        (28, [7, 14, 28]),
        (32, [4, 8, 16, 32]),
        (48, [6, 12, 24, 48]),
        (256, [4, 8, 16, 32, 64, 128, 256]),
    ],
)
def test_a_small_picture_is_doubled(size, steps):
    generator = dcgan(spec(size), width=1, upsample="transposed")["generator"]
    sizes = [
        layer.output.shape[1]
        for layer in generator.layers
        if isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    assert sizes == steps


@pytest.mark.parametrize(
    ("shape", "near"),
    [
        ((30, 30, 1), "size = 28 in"),
        ((15, 15, 1), "size = 16 in"),
        ((512, 512, 3), "size = 256 in"),
        ((64, 30, 1), "60 × 28"),
        ((33, 20, 1), "32 × 20"),
        ((20, 33, 1), "20 × 32"),
    ],
)
def test_a_size_that_no_doubling_reaches_is_an_error(shape, near):
    with pytest.raises(gankit.GankitError, match="dcgan needs images") as raised:
        dcgan(gankit.DataSpec({"images": shape}))
    assert f"{shape[0]} × {shape[1]}" in raised.value.message
    assert near in raised.value.hint and "mlp or convolutional" in raised.value.hint
    edges = [int(n) for n in re.findall(r"\d+", raised.value.hint)]
    assert doubled_sizes((edges[0], edges[-1], 1), "dcgan")[-1] == (edges[0], edges[-1])


def test_a_label_is_beside_the_noise_and_in_channels_of_the_image():
    plain = dcgan(spec(64))
    labelled = gankit.DataSpec({"images": (64, 64, 1), "labels": ()}, 7)
    networks = dcgan(labelled, conditional=True)
    added = {
        name: parameters(networks[name].weights) - parameters(plain[name].weights)
        for name in networks
    }
    assert added == {"generator": 4 * 4 * 7 * 512, "discriminator": 4 * 4 * 7 * 64}
    for network in networks.values():
        assert [x.name for x in network.inputs][1] == "labels"
    assert dcgan(labelled)["generator"].input.name == "noise"
    with pytest.raises(gankit.GankitError, match="needs labels"):
        dcgan(spec(64), conditional=True)


def test_a_critic_has_no_normalisation():
    networks = dcgan(spec(32), width=2, discriminator_norm=False, dropout=0)
    assert not normalising(networks["discriminator"])
    assert normalising(networks["generator"])


@pytest.mark.parametrize("upsample", ["resize", "transposed"])
def test_a_generator_without_normalisation_has_biases_instead(upsample):
    with_norm, without = (
        dcgan(spec(28, 3), latent=5, width=2, upsample=upsample, generator_norm=norm)["generator"]
        for norm in (True, False)
    )
    assert normalising(with_norm) and not normalising(without)
    assert shapes(with_norm) == shapes(without)
    biases = [tuple(w.shape) for w in without.trainable_weights if w.name == "bias"]
    assert biases == [(4,), (2,), (3,)]
    assert parameters(without.weights) == sum(map(np.prod, shapes(without))) + 4 + 2 + 3


def test_initialisation_of_the_paper_is_normal_and_differs_by_layer():
    keras.utils.set_random_seed(0)
    networks = dcgan(spec(64), width=8, initialisation="dcgan")
    first, second = (ops.convert_to_numpy(k) for k in kernels(networks["discriminator"])[1:3])
    assert first.std() == pytest.approx(0.02, rel=0.1)
    assert not np.allclose(first.ravel()[:64], second.ravel()[:64])


def kernels(network):
    return [w for w in network.trainable_weights if w.name == "kernel"]


def shapes(network):
    return [tuple(kernel.shape) for kernel in kernels(network)]


def normalising(network):
    return [x for x in network.layers if isinstance(x, keras.layers.BatchNormalization)]
