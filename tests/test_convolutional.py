import math
import tomllib
from itertools import pairwise

import keras
import numpy as np
import pytest
from keras import ops

import gankit
from gankit.recipe.shipped import shipped_recipes
from gankit_standard.convolutional import convolutional

pytestmark = pytest.mark.anywhere

MNIST = gankit.DataSpec({"images": (28, 28, 1), "labels": ()}, 10)
CIFAR = gankit.DataSpec({"images": (32, 32, 3), "labels": ()}, 10)
S0 = {
    "latent": 128,
    "generator_widths": (512, 256, 128, 128, 64, 64),
    "generator_strides": (2, 1, 2, 1, 2, 1),
    "kernel": 4,
}


def parameters(weights) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def outputs(network, kind):
    return [layer.output.shape[1:] for layer in network.layers if type(layer).__name__ == kind]


def test_the_defaults_are_the_networks_of_s2():
    networks = convolutional(MNIST)
    generator, discriminator = networks["generator"], networks["discriminator"]
    dense, norms = 100 * 7 * 7 * 256, 4 * (7 * 7 * 256 + 128 + 64)
    kernels = 25 * (256 * 128 + 128 * 64 + 64 * 1)
    assert dense + norms + kernels == 2_330_944
    assert parameters(generator.weights) == 2_330_944
    assert parameters(generator.non_trainable_weights) == norms // 2
    expected = (25 * 64 + 64) + (25 * 64 * 128 + 128) + (7 * 7 * 128 + 1)
    assert expected == 212_865
    assert parameters(discriminator.weights) == 212_865
    assert outputs(generator, "Dense") == [(12_544,)]
    assert outputs(generator, "Conv2DTranspose") == [(7, 7, 128), (14, 14, 64), (28, 28, 1)]
    assert outputs(discriminator, "Conv2D") == [(14, 14, 64), (7, 7, 128)]
    dropped = [x.rate for x in discriminator.layers if isinstance(x, keras.layers.Dropout)]
    assert dropped == [0.3, 0.3]


def test_it_can_be_the_generator_of_s0():
    generator = convolutional(CIFAR, **S0)["generator"]
    dense, norms = 128 * 4 * 4 * 512, 4 * (4 * 4 * 512 + 256 + 128 + 128 + 64 + 64)
    widths = (512, 256, 128, 128, 64, 64, 3)
    kernels = 16 * sum(a * b for a, b in pairwise(widths))
    assert dense + norms + kernels == 4_167_168
    assert parameters(generator.weights) == 4_167_168
    assert outputs(generator, "Dense") == [(8192,)]
    assert outputs(generator, "Conv2DTranspose") == [
        (8, 8, 256), (8, 8, 128), (16, 16, 128), (16, 16, 64), (32, 32, 64), (32, 32, 3)
    ]  # fmt: skip


def test_the_recipe_of_s0_has_its_networks():
    recipe = tomllib.loads(shipped_recipes()["dcgan_cifar10"].read_text(encoding="utf-8"))
    options = {key: value for key, value in recipe["architecture"].items() if key != "name"}
    networks = convolutional(CIFAR, **options)
    assert parameters(networks["generator"].weights) == 4_167_168
    judge = networks["discriminator"]
    kernels = 16 * sum(a * b for a, b in pairwise((3, 64, 128, 128, 256)))
    assert kernels + (64 + 128 + 128 + 256) + (4 * 4 * 256 + 1) == 925_249
    assert parameters(judge.weights) == 925_249
    assert outputs(judge, "Conv2D") == [(32, 32, 64), (16, 16, 128), (8, 8, 128), (4, 4, 256)]


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_it_maps_noise_to_images_to_logits(policy, conditional):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        networks = convolutional(
            MNIST, 8, (4, 4, 4), discriminator_widths=(4, 4), conditional=conditional
        )
    finally:
        keras.config.set_dtype_policy(before)
    labels = [ops.convert_to_tensor(np.array([0, 9], "int32"))] * conditional
    noise = [ops.ones((2, 8)), *labels]
    images = networks["generator"](noise if conditional else noise[0])
    logits = networks["discriminator"]([images, *labels] if conditional else images)
    assert tuple(images.shape) == (2, 28, 28, 1) and tuple(logits.shape) == (2, 1)
    for each in (images, logits):
        assert keras.backend.standardize_dtype(each.dtype) == "float32"
    assert np.abs(ops.convert_to_numpy(images)).max() <= 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"generator_strides": (2, 2)}, "generator_strides must have the same length"),
        ({"discriminator_widths": (2,)}, "discriminator_strides must have the same length"),
        ({"generator_strides": (2, 2, 2)}, "enlarge images by 8"),
    ],
)
def test_layers_that_do_not_fit_are_an_error(options, expected):
    with pytest.raises(gankit.GankitError, match=expected):
        convolutional(MNIST, **options)


def test_points_are_no_pictures():
    with pytest.raises(gankit.GankitError, match=r"of shape \(2,\)"):
        convolutional(gankit.DataSpec({"images": (2,)}))
