"""The feature pyramid of SRGAN: its sum against float64 numpy, images of any size, a run."""

import keras
import numpy as np
import pytest
from keras import ops
from networks import called, convolve, normal, randomise, unmoved

import gankit
from gankit.game.any_size import fitting, of_any_size
from gankit_srgan.losses import Content
from gankit_srgan.networks import srgan
from gankit_srgan.pyramid import merge

SPEC = gankit.DataSpec({"images": (32, 32, 1)})
SMALL = {"factor": 2, "width": 3, "blocks": 1}


def doubled(x, times=1):
    """Return x with each pixel as a square."""
    return x.repeat(2**times, axis=1).repeat(2**times, axis=2)


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_the_merged_levels_equal_their_formula(levels):
    shapes = [(12 // 2**level, 8 // 2**level, 2 + level) for level in range(levels)]
    maps = [keras.Input(shape) for shape in shapes]
    network = keras.Model(maps, merge(maps, 3))
    given = [normal(2, *shape, seed=level) for level, shape in enumerate(shapes)]
    randomise(network)

    def convolved(x, name):
        kernel, bias = (w.astype("float64") for w in network.get_layer(name).get_weights())
        return convolve(x, kernel, bias)

    lateral = [convolved(x.astype("float64"), f"pyramid_lateral_{i}") for i, x in enumerate(given)]
    sums = [  # of a level and all smaller ones
        sum(doubled(lateral[below], below - level) for below in range(level, levels))
        for level in range(levels)
    ]
    large = [doubled(convolved(x, f"pyramid_smooth_{i}"), i) for i, x in enumerate(sums)]
    expected = convolved(np.concatenate(large, axis=-1), "pyramid_joined")
    np.testing.assert_allclose(called(network, *given), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.anywhere
@pytest.mark.parametrize("pyramid", [1, 3])
def test_it_enlarges_images_and_every_weight_learns(pyramid):
    made = {"generator": srgan(SPEC, pyramid=pyramid, **SMALL)["generator"]}
    assert made["generator"].output.shape == (None, 32, 32, 1)
    assert unmoved(made, Content(), [], {"images": np.tanh(normal(4, 32, 32, 1))}) == []


@pytest.mark.anywhere
def test_without_levels_it_is_the_network_of_the_paper():
    plain, zero = (srgan(SPEC, **options, **SMALL)["generator"] for options in ({}, {"pyramid": 0}))
    assert [w.shape for w in plain.weights] == [w.shape for w in zero.weights]
    deep = srgan(SPEC, pyramid=3, **SMALL)["generator"]
    assert len(deep.weights) > len(plain.weights)


@pytest.mark.anywhere
def test_a_pixel_is_made_of_a_larger_part_of_the_image():
    spec, options = gankit.DataSpec({"images": (128, 128, 1)}), {"factor": 2, "width": 2}
    reach = {}
    for pyramid in (0, 4):
        generator = srgan(spec, blocks=1, pyramid=pyramid, **options)["generator"]
        randomise(generator)
        one, other = np.zeros((2, 1, 64, 64, 1), "float32")
        other[0, 0, 0] = 1.0
        changed = np.abs(called(generator, one) - called(generator, other))[0, ..., 0] > 0
        reach[pyramid] = changed.any(axis=0).nonzero()[0].max()
    assert reach[4] > 2 * reach[0]


@pytest.mark.anywhere
@pytest.mark.parametrize("size", [(16, 16), (20, 36), (9, 30), (21, 5)])
def test_images_of_any_height_and_width_are_enlarged(size):
    network = srgan(SPEC, pyramid=3, **SMALL)["generator"]
    free = of_any_size(network)
    fits = fitting(network, free, size)
    assert fits == tuple(-(-edge // 4) * 4 for edge in size)  # the smallest level is a quarter
    made = ops.convert_to_numpy(free(normal(1, *fits, 1), training=False))
    assert made.shape == (1, 2 * fits[0], 2 * fits[1], 1)
    x = normal(2, 16, 16, 1)
    np.testing.assert_allclose(called(free, x), called(network, x), atol=1e-5)


@pytest.mark.anywhere
def test_sizes_that_the_levels_do_not_divide_are_an_error():
    spec = gankit.DataSpec({"images": (40, 48, 1)})
    srgan(spec, pyramid=3, **SMALL)
    with pytest.raises(gankit.GankitError, match=r"pyramid = 4 needs images .* 16 divides"):
        srgan(spec, pyramid=4, **SMALL)
