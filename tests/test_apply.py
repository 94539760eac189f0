"""gankit apply: images of any size, through a network that turns images into images."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from PIL import Image
from trained_runs import quiet

from gankit.api.apply import apply
from gankit.api.export import export
from gankit.api.train import begin
from gankit.data.scaling import from_uint8, to_uint8
from gankit.errors import GankitError
from gankit.game.any_size import fitting, of_any_size
from gankit.recipe.overrides import read_table
from gankit.run.folder import RunFolder
from gankit.run.load import restore

pytestmark = [pytest.mark.anywhere, pytest.mark.long]

SRGAN = """
dataset = { name = "lego", count = 16, size = 16, kinds = ["brick-2x2"] }
architecture = { name = "srgan", factor = 2, width = 2, blocks = 1 }
loss = { name = "content" }
stabilizers = [{ name = "ema", decay = 0.5 }]
training.batch_size = 8
"""
CYCLEGAN = """
dataset = { name = "lego-unpaired", count = 8, size = 16, kinds = ["brick-2x2"] }
architecture = { name = "cyclegan", width = 2, blocks = 1, levels = 1 }
loss = { name = "cyclegan" }
training.batch_size = 4
"""
SIZES = {"same.png": (8, 8), "wide.png": (21, 8), "deep/odd.jpg": (13, 27), "deep/odd.png": (8, 8)}


def trained(folder, text):
    path = folder / "recipe_of_images.toml"
    path.write_text(text, encoding="utf-8")
    return begin(read_table(path), path, quiet(), out=folder / "run").path


@pytest.fixture(scope="module")
def srgan(tmp_path_factory):
    """A run of a network that doubles images of 8 × 8."""
    return trained(tmp_path_factory.mktemp("srgan"), SRGAN)


@pytest.fixture(scope="module")
def cyclegan(tmp_path_factory):
    """A run of networks between two sets of images of 16 × 16."""
    return trained(tmp_path_factory.mktemp("cyclegan"), CYCLEGAN)


@pytest.fixture
def photos(tmp_path):
    """A folder of colour images of several sizes, width and height."""
    draw = np.random.default_rng(0)
    for name, (width, height) in SIZES.items():
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw.integers(0, 256, (height, width, 3), "uint8")).save(path)
    return tmp_path / "photos"


def test_images_of_any_size_are_enlarged(gankit, srgan, photos, tmp_path):
    code, out, error = gankit("apply", srgan, photos, "--out", tmp_path / "large")
    assert code == 0, error
    assert "wrote 4 images, the first" in out and "cropped" not in out
    names = {"deep/odd.jpg": "deep/odd.jpg.png", "deep/odd.png": "deep/odd.png.png"}
    for name, (width, height) in SIZES.items():
        with Image.open(tmp_path / "large" / names.get(name, name)) as made:
            assert made.size == (2 * width, 2 * height)
    gan = restore(RunFolder(srgan)).gan
    grey = np.asarray(Image.open(photos / "same.png").convert("L"))[None, ..., None]
    channels = gan.networks["generator"].inputs[0].shape[-1]
    given = from_uint8(grey if channels == 1 else np.asarray(Image.open(photos / "same.png"))[None])
    expected = to_uint8(ops.convert_to_numpy(gan.sample(given)))[0].squeeze()  # averaged weights
    made = np.asarray(Image.open(tmp_path / "large/same.png"))
    assert np.abs(made.astype(int) - expected).max() <= 1


def test_a_feature_pyramid_enlarges_images_of_any_size(photos, tmp_path):
    run = trained(tmp_path, SRGAN.replace("blocks = 1", "blocks = 1, pyramid = 3"))
    made = apply(run, photos, tmp_path / "large")
    assert made.fixed is None  # although its smallest level halves images twice
    sizes = sorted(Image.open(path).size for path in made.paths)
    assert sizes == sorted((2 * width, 2 * height) for width, height in SIZES.values())
    network = restore(RunFolder(run)).gan.networks["generator"]
    assert fitting(network, of_any_size(network), (13, 27)) == (16, 28)


def test_sizes_that_do_not_fit_are_padded_and_cropped(cyclegan, photos, tmp_path):
    made = apply(cyclegan, photos, tmp_path / "made", network="g_ab")
    assert (made.network, made.fixed) == ("g_ab", None)
    sizes = sorted(Image.open(path).size for path in made.paths)
    assert sizes == sorted(SIZES.values())
    network = restore(RunFolder(cyclegan)).gan.networks["g_ab"]
    free = of_any_size(network)
    assert fitting(network, free, (13, 32)) == (16, 32)
    images = np.random.default_rng(0).normal(size=(2, 16, 16, network.inputs[0].shape[-1]))
    outputs = [ops.convert_to_numpy(each(images.astype("float32"))) for each in (network, free)]
    np.testing.assert_allclose(*outputs, atol=1e-5)


def test_what_cannot_be_applied_is_said(gankit, cyclegan, photos, tmp_path):
    code, _, error = gankit("apply", cyclegan, photos)
    assert code == 1 and "several networks that turn images into images: g_ab, g_ba" in error
    code, _, error = gankit("apply", cyclegan, photos, "--network", "d_a")
    assert code == 1 and 'no network "d_a" that turns images into images' in error
    (photos / "broken.png").write_bytes(b"no image")
    with pytest.raises(GankitError, match=r"broken\.png cannot be read"):
        apply(cyclegan, photos, tmp_path / "made", network="g_ba")


def test_a_dense_layer_needs_one_size():
    images = keras.Input((8, 8, 1))
    x = layers.Dense(64)(layers.Flatten()(layers.Conv2D(2, 3, padding="same")(images)))
    assert of_any_size(keras.Model(images, layers.Reshape((8, 8, 1))(x))) is None
    assert of_any_size(keras.Model(images, layers.Resizing(8, 8)(images))) is None
    assert of_any_size(keras.Model(images, layers.UpSampling2D()(images))) is not None
    inner = keras.Model(images, layers.Conv2D(1, 3, padding="same")(images))
    outer = keras.Input((8, 8, 1))
    free = of_any_size(keras.Model(outer, inner(outer)))
    assert free(np.zeros((1, 5, 7, 1), "float32")).shape == (1, 5, 7, 1)


@pytest.mark.parametrize("format", ["keras", "npz", "saved-model", "onnx"])
def test_an_export_takes_any_size(srgan, tmp_path, format):
    backend = keras.backend.backend()
    if format in ("saved-model", "onnx") and backend != "tensorflow":
        pytest.skip("it is written on TensorFlow")
    if format == "onnx":
        pytest.importorskip("tf2onnx")
    suffix = {"keras": ".keras", "npz": ".npz", "onnx": ".onnx"}.get(format, "")
    written = export(srgan, format, out=tmp_path / f"large{suffix}")
    assert written.difference <= written.tolerance
    assert written.about["inputs"][0]["shape"][:2] == [None, None]
    if format == "keras":
        network = keras.saving.load_model(written.path)
        channels = network.inputs[0].shape[-1]
        assert network(np.zeros((1, 9, 30, channels), "float32")).shape[1:3] == (18, 60)
