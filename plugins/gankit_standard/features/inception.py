"""The Inception of 2015-12-05, whose Fréchet distance is the FID."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

import gankit
from gankit_standard.features.extraction import extraction, in_float32, softmax_of
from gankit_standard.features.resize import bilinear_of_tensorflow_1, levels, resized
from gankit_standard.features.weights import convolved, digest_of, folded, read_weights

Convolve = Callable[..., Any]  # a layer's name, x, strides and padding

SIZE = 299
FILE = "pt_inception-2015-12-05-6726825d.pth"
URL = f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{FILE}"
PUBLISHED = "6726825d"  # the first digits of the published weights' digest
TITLES = {
    "frechet_distance": "FID",
    "kernel_distance": "KID",
    "kernel_distance_error": "KID, its standard error",
    "inception_score": "IS",
    "inception_score_std": "IS, its std",
}


def inception_fid(weights: str | None = None, download: bool = False) -> gankit.Features:
    """Inception of 2015-12-05, 2,048 numbers: the network of the FID; its weights are not shipped.

    Images are converted to 8 bits and RGB, and resized as in its TensorFlow graph. If `weights` is
    left out, the file is looked for where `pytorch-fid` and `torch-fidelity` keep it.

    Args:
        weights: The file `pt_inception-2015-12-05-6726825d.pth`, which `pytorch-fid` publishes, or
            a `.npz` file of the same names; only with the published file is a distance called FID.
        download: Whether to download it once, if it is missing.

    Returns:
        The features are the output of the last pooling, (count, 2048); probabilities are of its
        1,008 classes, without the bias of the last layer, as for the Inception score.

    Raises:
        GankitError: The file is missing, or has other weights.

    Reference:
        Szegedy et al. 2015, Rethinking the Inception Architecture, arXiv:1512.00567; Heusel et al.
        2017, GANs Trained by a Two Time-Scale Update Rule, arXiv:1706.08500.
    """
    path = _file(weights, download)
    arrays, digest = read_weights(path), digest_of(path)
    return gankit.Features(
        "inception-fid",
        digest,
        f"bilinear of TensorFlow 1, {SIZE} × {SIZE}",
        extraction("inception-fid", inception(arrays, path), _prepared),
        classify=softmax_of(arrays["fc.weight"].T.astype("float64")),
        titles=TITLES if digest.startswith(PUBLISHED) else {},
    )


def inception(weights: Mapping[str, np.ndarray], path: Path | str = "given") -> keras.Model:
    """Return the network from images in [−1, 1), (count, 299, 299, 3), to (count, 2048).

    The weights have torchvision's names; the path of their file is for errors.
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
    def convolve(name: str, x: Any, strides: int = 1, padding: str = "same") -> Any:
        return convolved(x, folded(weights, f"{name}.conv", f"{name}.bn"), strides, padding)

    x = images = keras.Input((SIZE, SIZE, 3), dtype="float32")
    x = convolve("Conv2d_1a_3x3", x, 2, "valid")
    x = convolve("Conv2d_2a_3x3", x, padding="valid")
    x = convolve("Conv2d_2b_3x3", x)
    x = layers.MaxPooling2D(3, 2)(x)
    x = convolve("Conv2d_3b_1x1", x, padding="valid")
    x = convolve("Conv2d_4a_3x3", x, padding="valid")
    x = layers.MaxPooling2D(3, 2)(x)
    for letter in "bcd":
        branches = _numbered("branch5x5", 2), _numbered("branch3x3dbl", 3)
        x = _parallel(x, f"Mixed_5{letter}", convolve, *branches)
    x = _reduced(x, "Mixed_6a", convolve, ["branch3x3"], _numbered("branch3x3dbl", 3))
    for letter in "bcde":
        branches = _numbered("branch7x7", 3), _numbered("branch7x7dbl", 5)
        x = _parallel(x, f"Mixed_6{letter}", convolve, *branches)
    x = _reduced(x, "Mixed_7a", convolve, _numbered("branch3x3", 2), _numbered("branch7x7x3", 4))
    x = _widened(x, "Mixed_7b", convolve, _average_pooled)
    x = _widened(x, "Mixed_7c", convolve, _max_pooled)  # as in that graph, unlike the paper
    return keras.Model(images, layers.GlobalAveragePooling2D()(x))


def _parallel(x: Any, name: str, convolve: Convolve, *branches: list[str]) -> Any:
    """Return a 1×1 convolution, branches of convolutions, and the pooled input."""
    found = [_chain(x, name, branch, convolve) for branch in (["branch1x1"], *branches)]
    pooled = convolve(f"{name}.branch_pool", _average_pooled(x))
    return ops.concatenate([*found, pooled], axis=-1)


def _widened(x: Any, name: str, convolve: Convolve, pool: Callable[[Any], Any]) -> Any:
    """Return the same as `_parallel`, with branches that split at their last convolution."""
    one = convolve(f"{name}.branch1x1", x)
    three = convolve(f"{name}.branch3x3_1", x)
    double = _chain(x, name, _numbered("branch3x3dbl", 2), convolve)
    split = [convolve(f"{name}.branch3x3_2{side}", three) for side in "ab"]
    split += [convolve(f"{name}.branch3x3dbl_3{side}", double) for side in "ab"]
    pooled = convolve(f"{name}.branch_pool", pool(x))
    return ops.concatenate([one, *split, pooled], axis=-1)


def _reduced(x: Any, name: str, convolve: Convolve, *branches: list[str]) -> Any:
    """Return branches whose last convolution halves the image, and the max-pooled input."""
    found = []
    for *first, last in branches:
        found.append(convolve(f"{name}.{last}", _chain(x, name, first, convolve), 2, "valid"))
    return ops.concatenate([*found, layers.MaxPooling2D(3, 2)(x)], axis=-1)


def _chain(x: Any, name: str, branch: list[str], convolve: Convolve) -> Any:
    for part in branch:
        x = convolve(f"{name}.{part}", x)
    return x


def _numbered(branch: str, count: int) -> list[str]:
    return [f"{branch}_{number + 1}" for number in range(count)]


def _average_pooled(x: Any) -> Any:
    """Return the means over those of 3 × 3 pixels that are inside the image."""
    inside = np.full(x.shape[1], 3.0, "float32")
    inside[[0, -1]] = 2
    counts = inside[:, None, None] * inside[None, :, None]
    return layers.AveragePooling2D(3, 1)(layers.ZeroPadding2D(1)(x)) * (9 / counts)


def _max_pooled(x: Any) -> Any:
    return layers.MaxPooling2D(3, 1)(layers.ZeroPadding2D(1)(x))  # of x ≥ 0, so padding is harmless


def _prepared(examples: np.ndarray) -> np.ndarray:
    return (resized(levels(examples), SIZE, bilinear_of_tensorflow_1) - 128) / 128


def _file(weights: str | None, download: bool) -> Path:
    if weights:
        path = Path(os.path.expanduser(weights))  # noqa: PTH111  # of nobody: stays ~nobody
        if not path.is_file():
            raise gankit.GankitError(f"the weights file {path} does not exist", f"give {FILE}")
        return path
    hub = Path.home() / ".cache/torch/hub/checkpoints"
    places = [hub / FILE, hub / FILE.replace("pt_", "weights-")]
    found = next((place for place in places if place.is_file()), None)
    return found or gankit.cached("weights", {"file": FILE}, lambda to: _get(to, download)) / FILE


def _get(folder: Path, allowed: bool) -> None:
    if not allowed:
        raise gankit.GankitError(
            f"the weights of inception-fid are not on this machine: {FILE}, 91 MB, of pytorch-fid",
            "give the file with --weights FILE, or allow its download with --download",
        )
    try:
        path = Path(keras.utils.get_file(FILE, URL, cache_dir=folder, cache_subdir="."))
    except Exception as error:  # Keras raises no narrower one without a network
        raise gankit.GankitError(
            f"{FILE} cannot be downloaded: {error}", "give a copy of it with --weights FILE"
        ) from error
    if not digest_of(path).startswith(PUBLISHED):
        raise gankit.GankitError(f"the downloaded file is not {FILE}", "try again")
