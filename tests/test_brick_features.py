"""The features `bricks`: what the network computes, and that it tells good bricks from bad ones."""

import runpy
import subprocess
import sys
from functools import cache
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from pages import ROOT
from scipy.ndimage import gaussian_filter
from scipy.signal import correlate2d

import gankit
from gankit import testing
from gankit.discovery.plugins import load_plugins
from gankit_lego.dataset import lego
from gankit_lego.features.bricks import WEIGHTS, bricks, extract, prepare, trained
from gankit_lego.features.network import LAYERS, Network, convolve
from gankit_lego.kinds import KINDS
from gankit_standard.metrics.distances import frechet_distance
from gankit_standard.metrics.manifolds import prdc

SHAPES = [(32, 32, 1), (64, 64, 1), (40, 28, 3)]
COUNT = 10 * 47


@cache
def rendered(size, seed, views="all"):
    """Bricks that the network was not trained on, and their labels."""
    arrays = lego(COUNT, size, views=views, seed=seed).arrays
    return gankit.from_uint8(np.asarray(arrays["images"])), np.asarray(arrays["labels"])


@pytest.mark.anywhere
@pytest.mark.parametrize("shape", SHAPES)
def test_they_are_features(shape):
    testing.check_features(bricks, shape)


@pytest.mark.anywhere
@pytest.mark.parametrize(("size", "stride"), [(5, 2), (3, 2), (3, 1)])
def test_a_convolution_is_that_of_scipy(size, stride):
    draw = np.random.default_rng(0)
    images, kernel = draw.standard_normal((2, 8, 8, 3)), draw.standard_normal((size, size, 3, 4))
    found = convolve(images, kernel, stride)
    before = (size - stride) // 2
    padded = np.pad(images, [(0, 0), *2 * [(before, size - stride - before)], (0, 0)])
    for i, j in np.ndindex(2, 4):
        planes = [correlate2d(padded[i, ..., c], kernel[..., c, j], "valid") for c in range(3)]
        np.testing.assert_allclose(found[i, ..., j], sum(planes)[::stride, ::stride], atol=1e-12)


def test_the_numbers_are_those_of_keras_on_this_backend():
    network, (images, _) = trained(), rendered(32, 1)
    x = ink = keras.Input((64, 64, 1))
    for (kernel, bias), (filters, size, stride) in zip(network.convolutions, LAYERS):
        layer = keras.layers.Conv2D(filters, size, stride, "same", activation="relu")
        x = layer(x)
        layer.set_weights([kernel, bias])
    model = keras.Model(ink, keras.layers.GlobalAveragePooling2D()(x))
    expected = model.predict(prepare(gankit.to_uint8(images[:64])), verbose=0)
    np.testing.assert_allclose(bricks().extract(images[:64]), expected, atol=1e-4)


@pytest.mark.anywhere
def test_they_need_no_backend():
    code = (
        "import sys, numpy as np; from gankit_lego.features.bricks import bricks; "
        "print(bricks().extract(np.zeros((2, 32, 32, 1), 'float32')).shape, 'keras' in sys.modules)"
    )
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}", "PATH": "/bin"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=path)
    assert done.stdout.endswith("(2, 128) False\n"), done.stderr


@pytest.mark.anywhere
def test_the_weights_are_few_and_no_pickle():
    assert WEIGHTS.stat().st_size < 600_000
    with np.load(WEIGHTS, allow_pickle=False) as file:
        weights = [file[name] for name in file if name.startswith("weights")]
        assert {each.dtype.name for each in weights} == {"float16"}
        assert sum(each.size for each in weights) < 300_000
        assert file["classes"].tolist() == list(KINDS)


@pytest.mark.long
@pytest.mark.anywhere
def test_the_accuracy_is_that_on_bricks_of_another_seed():
    found, right = bricks(), []
    for size, views in [(64, "all"), (64, "upright"), (32, "all"), (32, "upright")]:
        images, labels = rendered(size, 1, views)
        right.append(np.mean(found.classify(found.extract(images)).argmax(axis=1) == labels))
    assert found.accuracy == pytest.approx(np.mean(right), abs=0.03)  # some 2.5 std
    told = (ROOT / "docs/scores.md").read_text(encoding="utf-8")
    assert f"{found.accuracy:.0%}" in told


@pytest.mark.anywhere
def test_an_image_is_nearest_to_its_smaller_self_and_to_itself_in_colour():
    large, _ = rendered(64, 1)
    small = large.reshape(-1, 32, 2, 32, 2, 1).mean((2, 4))
    found, others = (extract(trained(), images[:100]) for images in (large, small))
    apart = np.linalg.norm(found[:, None] - others[None], axis=2)
    assert (apart.argmin(axis=1) == np.arange(100)).mean() > 0.9
    in_colour = extract(trained(), np.repeat(large[:4], 3, axis=3))
    np.testing.assert_allclose(in_colour, found[:4], atol=1e-4)


def worsened(images, blur=0.0, noise=0.0):
    """Images with a blur of this std in pixels and noise of this std, in [−1, 1]."""
    blurred = gaussian_filter(images, (0, blur, blur, 0), mode="nearest")
    drawn = np.random.default_rng(0).standard_normal(images.shape)
    return np.clip(blurred + noise * drawn, -1, 1).astype("float32")


@pytest.mark.long
@pytest.mark.anywhere
@pytest.mark.parametrize("size", [32, 64])
def test_worse_bricks_are_further_away(size):
    (images, labels), (others, _) = rendered(size, 1), rendered(size, 2)
    unit = size / 32
    arms = {
        "another draw": others,
        "slightly blurred": worsened(others, 0.5 * unit),
        "blurred": worsened(others, 1.0 * unit),
        "few kinds": others[labels % 6 == 0],
    }
    real = extract(trained(), images)
    distances = {name: frechet_distance(real, extract(trained(), x)) for name, x in arms.items()}
    assert list(distances) == sorted(distances, key=distances.get), distances
    noisy = frechet_distance(real, extract(trained(), worsened(others, noise=0.1)))
    assert distances["another draw"] < noisy < distances["few kinds"]


@pytest.mark.anywhere
def test_another_draw_of_real_bricks_has_precision_and_recall():
    real, fake = (extract(trained(), rendered(32, seed)[0]) for seed in (1, 2))
    found = prdc(real, fake)
    assert min(found["precision"], found["recall"]) > 0.6, found


@pytest.mark.anywhere
def test_probabilities_are_of_the_kinds_of_the_data():
    kinds = ["brick-2x2", "brick-2x4", "cone-2x2x2"]
    data = lego(90, 32, kinds=kinds, views="upright", seed=1)
    found = bricks(data)
    odds = found.classify(found.extract(gankit.from_uint8(data.arrays["images"])))
    assert list(found.classes) == kinds and odds.shape == (90, 3)
    np.testing.assert_allclose(odds.sum(axis=1), 1)
    assert np.mean(odds.argmax(axis=1) == data.arrays["labels"]) > 0.9
    strange = gankit.Dataset({"images": data.arrays["images"]}, ["brick-2x2", "cat"])
    assert bricks(strange).classes == ()


def test_what_was_trained_is_what_is_written(tmp_path):
    path = str(ROOT / "benchmarks/train_brick_features.py")
    script = SimpleNamespace(**runpy.run_path(path))
    model, draw = script.training_model(), np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([draw.uniform(0.5, 1.5, each.shape) for each in layer.weights])
    network = script.folded(model)
    ink = draw.integers(0, 256, (8, 64, 64, 1), dtype="uint8")
    logits = keras.ops.convert_to_numpy(model(ink, training=False))
    expected = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    found = network.probabilities(network.features(ink / np.float32(255)))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    network.write(tmp_path / "network.npz")
    again = Network.read(tmp_path / "network.npz")
    np.testing.assert_allclose(again.head[0], network.head[0], rtol=1e-3, atol=1e-6)
    assert again.classes == tuple(KINDS)


@pytest.mark.anywhere
def test_points_are_refused():
    with pytest.raises(gankit.GankitError, match=r"need images\. Received: examples of \(2,\)"):
        bricks().extract(np.zeros((3, 2), "float32"))


@pytest.mark.anywhere
def test_a_recipe_can_name_them():
    section = load_plugins().find("features", "bricks")
    assert section.load() is bricks
