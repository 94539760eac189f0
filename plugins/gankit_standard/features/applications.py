"""The networks of keras.applications, with weights from a file."""

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import keras
import numpy as np

import gankit
from gankit_standard.features.extraction import extraction, in_float32, softmax_of
from gankit_standard.features.resize import bilinear, levels, resized
from gankit_standard.features.weights import digest_of

SIZE = 224


def application(network: str, weights: str) -> gankit.Features:
    """A network of keras.applications, as keras:NAME, with a file of its weights.

    Images become 8-bit ones in three colours, are resized to 224 × 224 and prepared as Keras does
    for that network.

    Args:
        network: Its name, e.g. `EfficientNetB0`.
        weights: A file of Keras' weights, with or without the last layer (`notop`).

    Returns:
        The features are the means of the last feature maps over the image, or what the last layer
        would get where the file has that; then there are probabilities of its classes too.
    """
    make, prepare = _known(network)
    path = Path(weights).expanduser()
    with in_float32():
        model, classify = _loaded(make, path)
    return gankit.Features(
        f"keras:{network}",
        digest_of(path),
        f"bilinear, {SIZE} × {SIZE}",
        extraction(f"keras:{network}", model, lambda x: _prepared(x, prepare)),
        classify=classify,
    )


def _known(network: str) -> tuple[Callable, Callable]:
    """Return what makes a network, and what prepares images for it."""
    found = vars(keras.applications)
    names = sorted(name for name in found if name[0].isupper() and inspect.isfunction(found[name]))
    if network not in names:
        raise gankit.GankitError(
            f"Keras has no application {network!r}. Allowed: {', '.join(names)}",
            "--features keras:EfficientNetB0",
        )
    make = found[network]
    return make, import_module(make.__module__).preprocess_input


def _loaded(make: Callable, path: Path) -> tuple[keras.Model, Callable | None]:
    """Return the network up to its features, and what makes probabilities of these."""
    if not path.is_file():
        raise gankit.GankitError(f"there is no file of weights {path}", "give one that there is")
    whole = _tried(make, path, include_top=True)
    last = whole and whole.layers[-1]
    if isinstance(last, keras.layers.Dense):
        return keras.Model(whole.input, last.input), softmax_of(
            *map(np.asarray, last.get_weights())
        )
    trunk = _tried(make, path, include_top=False, pooling="avg")
    if trunk is None:
        raise gankit.GankitError(
            f"the weights {path} are not of this network",
            "give a file of its weights, with or without its last layer",
        )
    return trunk, None


def _tried(make: Callable, path: Path, **top) -> keras.Model | None:
    """Return a network with the weights of a file, None where they do not fit."""
    model = make(weights=None, input_shape=(SIZE, SIZE, 3), **top)
    try:
        model.load_weights(path)
    except Exception:  # of all kinds, by the format of the file
        return None
    return model


def _prepared(examples: np.ndarray, prepare: Callable) -> np.ndarray:
    return np.asarray(prepare(resized(levels(examples), SIZE, bilinear)))
