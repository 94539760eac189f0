"""Architectures that double images: oblong ones, and those of two or five channels."""

import keras
import numpy as np
import pytest
from networks import called, normal

import gankit
from gankit_standard.dcgan import dcgan
from gankit_standard.doubling_sizes import doubled_sizes
from gankit_standard.r3gan import r3gan
from gankit_standard.resnet import resnet

SMALL = {
    dcgan: {"width": 2, "discriminator_norm": False, "dropout": 0},
    resnet: {"generator_widths": (2,), "discriminator_widths": (2,)},
    r3gan: {"widths": (2,), "blocks": 1},
}


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ((28, 28, 1), [(7, 7), (14, 14), (28, 28)]),
        ((32, 20, 3), [(8, 5), (16, 10), (32, 20)]),
        ((16, 48, 1), [(4, 12), (8, 24), (16, 48)]),
        ((256, 512, 1), [(4 * 2**level, 8 * 2**level) for level in range(7)]),
    ],
)
def test_both_edges_double_from_four_to_seven_pixels(shape, sizes):
    assert doubled_sizes(shape, "dcgan") == sizes


@pytest.mark.parametrize(
    ("make", "options", "shape"),
    [
        (dcgan, SMALL[dcgan], (32, 20, 3)),
        (dcgan, {**SMALL[dcgan], "upsample": "resize"}, (16, 48, 5)),
        (resnet, SMALL[resnet], (16, 48, 5)),
        (r3gan, SMALL[r3gan], (32, 20, 3)),
    ],
)
def test_oblong_images_are_generated_and_judged(make, options, shape, tmp_path):
    networks = make(gankit.DataSpec({"images": shape}), latent=3, **options)
    images = called(networks["generator"], normal(2, 3))
    assert images.shape == (2, *shape)
    logits = called(networks["discriminator"], images)
    assert logits.shape == (2, 1)
    networks["discriminator"].save(tmp_path / "d.keras")
    loaded = keras.saving.load_model(tmp_path / "d.keras")
    np.testing.assert_array_equal(called(loaded, images), logits)
    for network in networks.values():
        outputs = [layer.output.shape for layer in network.layers]
        passed = {output[1:3] for output in outputs if len(output) == 4}
        assert {*doubled_sizes(shape, "")[1:]} <= passed
