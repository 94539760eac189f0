"""The Inception of 2015-12-05, whose Fréchet distance is the FID."""

from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

import gankit
from gankit_standard.features.extraction import extraction, in_float32, softmax_of
from gankit_standard.features.resize import bilinear_of_tensorflow_1, levels, resized
from gankit_standard.features.weights import digest_of, folded, read_weights

SIZE = 299
FILE = "pt_inception-2015-12-05-6726825d.pth"
URL = f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{FILE}"
PUBLISHED = "6726825d"  # what the digest of the published weights begins with
TITLES = {
    "frechet_distance": "FID",
    "kernel_distance": "KID",
    "kernel_distance_error": "KID, its standard error",
    "inception_score": "IS",
    "inception_score_std": "IS, its std",
}


def inception_fid(weights: str | None = None, download: bool = False) -> gankit.Features:
    """Inception of 2015-12-05, 2,048 numbers: the network of the FID, of which nothing is shipped.

    Images become 8-bit ones in three colours, and are resized as that graph does. Without
    `weights` the file is looked for where `pytorch-fid` and `torch-fidelity` keep it.

    Args:
        weights: The file `pt_inception-2015-12-05-6726825d.pth`, which `pytorch-fid` publishes, or
            a `.npz` file of the same names; only of the published file a distance is called FID.
        download: Whether to download it once, where it is not there.

    Returns:
        The features are what the last pooling makes, (count, 2048); probabilities are of its 1,008
        classes, by the weights of the last layer without its bias, as the Inception score's are.

    Reference:
        Szegedy et al. 2015, Rethinking the Inception Architecture, arXiv:1512.00567; Heusel et al.
        2017, GANs Trained by a Two Time-Scale Update Rule, arXiv:1706.08500.
    """
    path = _file(weights, download)
    arrays, told = read_weights(path), digest_of(path)
    return gankit.Features(
        "inception-fid",
        told,
        f"bilinear of TensorFlow 1, {SIZE} × {SIZE}",
        extraction("inception-fid", inception(arrays, path), _prepared),
        classify=softmax_of(arrays["fc.weight"].T.astype("float64")),
        titles=TITLES if told.startswith(PUBLISHED) else {},
    )


def inception(weights: Mapping[str, np.ndarray], path: Path | str = "given") -> keras.Model:
    """Return the network from images in [−1, 1), (count, 299, 299, 3), to (count, 2048).

    Args:
        weights: By the names that torchvision gives them.
        path: Where they are from, for people.

    Raises:
        GankitError: They are not of this network.
    """
    try:
        with in_float32():
            return _network(weights)
    except (KeyError, ValueError) as error:
        raise gankit.GankitError(
            f"the weights {path} are not those of the Inception of 2015-12-05: {error}",
            f"give the file {FILE}",
        ) from error


def _network(weights: Mapping[str, np.ndarray]) -> keras.Model:
    def convolved(name: str, x, strides: int = 1, padding: str = "same"):
        kernel, bias = folded(weights, f"{name}.conv", f"{name}.bn", 1e-3)
        *size, _, filters = kernel.shape
        layer = layers.Conv2D(filters, size, strides, padding, activation="relu")
        x = layer(x)
        layer.set_weights([kernel, bias])
        return x

    x = images = keras.Input((SIZE, SIZE, 3), dtype="float32")
    x = convolved("Conv2d_1a_3x3", x, 2, "valid")
    x = convolved("Conv2d_2a_3x3", x, padding="valid")
    x = convolved("Conv2d_2b_3x3", x)
    x = layers.MaxPooling2D(3, 2)(x)
    x = convolved("Conv2d_3b_1x1", x, padding="valid")
    x = convolved("Conv2d_4a_3x3", x, padding="valid")
    x = layers.MaxPooling2D(3, 2)(x)
    for letter in "bcd":
        x = _block_a(x, f"Mixed_5{letter}", convolved)
    x = _shrinking(x, "Mixed_6a", convolved, ["branch3x3"], _numbered("branch3x3dbl", 3))
    for letter in "bcde":
        x = _block_c(x, f"Mixed_6{letter}", convolved)
    x = _shrinking(x, "Mixed_7a", convolved, _numbered("branch3x3", 2), _numbered("branch7x7x3", 4))
    x = _block_e(x, "Mixed_7b", convolved, _mean_of_neighbours)
    # a slip of that graph: the others of its blocks take means here
    x = _block_e(x, "Mixed_7c", convolved, _greatest_of_neighbours)
    return keras.Model(images, layers.GlobalAveragePooling2D()(x))


def _block_a(x, name: str, convolved: Callable):
    branches = (
        ["branch1x1"],
        _numbered("branch5x5", 2),
        _numbered("branch3x3dbl", 3),
    )
    pooled = convolved(f"{name}.branch_pool", _mean_of_neighbours(x))
    return ops.concatenate([*(_chain(x, name, b, convolved) for b in branches), pooled], axis=-1)


def _block_c(x, name: str, convolved: Callable):
    branches = (["branch1x1"], _numbered("branch7x7", 3), _numbered("branch7x7dbl", 5))
    pooled = convolved(f"{name}.branch_pool", _mean_of_neighbours(x))
    return ops.concatenate([*(_chain(x, name, b, convolved) for b in branches), pooled], axis=-1)


def _block_e(x, name: str, convolved: Callable, pool: Callable):
    one = convolved(f"{name}.branch1x1", x)
    three = convolved(f"{name}.branch3x3_1", x)
    double = _chain(x, name, _numbered("branch3x3dbl", 2), convolved)
    wide = [convolved(f"{name}.branch3x3_2{side}", three) for side in "ab"]
    wide += [convolved(f"{name}.branch3x3dbl_3{side}", double) for side in "ab"]
    pooled = convolved(f"{name}.branch_pool", pool(x))
    return ops.concatenate([one, *wide, pooled], axis=-1)


def _shrinking(x, name: str, convolved: Callable, *branches: list[str]):
    """Return branches whose last convolution halves the image, and the greatest of threes."""
    found = []
    for *first, last in branches:
        found.append(convolved(f"{name}.{last}", _chain(x, name, first, convolved), 2, "valid"))
    return ops.concatenate([*found, layers.MaxPooling2D(3, 2)(x)], axis=-1)


def _chain(x, name: str, branch: list[str], convolved: Callable):
    for part in branch:
        x = convolved(f"{name}.{part}", x)
    return x


def _numbered(branch: str, count: int) -> list[str]:
    return [f"{branch}_{number + 1}" for number in range(count)]


def _mean_of_neighbours(x):
    """Return means over 3 × 3 pixels, of those alone that are inside the image."""
    inside = np.full(x.shape[1], 3.0, "float32")
    inside[[0, -1]] = 2
    counts = inside[:, None, None] * inside[None, :, None]
    return layers.AveragePooling2D(3, 1)(layers.ZeroPadding2D(1)(x)) * (9 / counts)


def _greatest_of_neighbours(x):
    # behind a rectifier, so that zeros around the image are never the greatest
    return layers.MaxPooling2D(3, 1)(layers.ZeroPadding2D(1)(x))


def _prepared(examples: np.ndarray) -> np.ndarray:
    return (resized(levels(examples), SIZE, bilinear_of_tensorflow_1) - 128) / 128


def _file(weights: str | None, download: bool) -> Path:
    if weights:
        path = Path(weights).expanduser()
        if not path.is_file():
            raise gankit.GankitError(f"there is no file of weights {path}", f"give {FILE}")
        return path
    hub = Path.home() / ".cache/torch/hub/checkpoints"
    places = [hub / FILE, hub / FILE.replace("pt_", "weights-")]
    found = next((place for place in places if place.is_file()), None)
    kept = {"file": FILE}
    return found or gankit.cached("weights", kept, lambda to: _download(to, download)) / FILE


def _download(folder: Path, allowed: bool) -> None:
    if not allowed:
        raise gankit.GankitError(
            f"the weights of inception-fid are not on this machine: {FILE}, 91 MB, of pytorch-fid",
            "give the file with --weights FILE, or allow its download with --download",
        )
    try:
        path = Path(keras.utils.get_file(FILE, URL, cache_dir=folder, cache_subdir="."))
    except Exception as error:  # which is all that Keras raises without a network
        raise gankit.GankitError(
            f"{FILE} cannot be downloaded: {error}", "give a copy of it with --weights FILE"
        ) from error
    if not digest_of(path).startswith(PUBLISHED):
        raise gankit.GankitError(f"what was downloaded is not {FILE}", "try again")
