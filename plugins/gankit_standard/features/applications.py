"""The networks of keras.applications, with weights from a file."""

import inspect
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np

import gankit
from gankit_standard.features.extraction import Function, extraction, in_float32, softmax_of
from gankit_standard.features.resize import bilinear, levels, resized
from gankit_standard.features.weights import digest_of

SIZE = 224


def application(network: str, weights: str) -> gankit.Features:
    """A network of keras.applications, as keras:NAME, with weights from a file.

    Images are converted to 8 bits and RGB, resized to 224 × 224, and preprocessed as Keras does for
    that network.

    Args:
        network: Its name, such as `EfficientNetB0`.
        weights: A file of weights from Keras, with or without the last layer (`notop`).

    Returns:
        The features are the input of the last layer, if the file has its weights; then there are
        probabilities of its classes too. Otherwise they are the means of the last feature maps.

    Raises:
        GankitError: Keras has no such network, or the file no weights of it.
    """
    make, preprocess = _application(network)
    path = Path(os.path.expanduser(weights))  # noqa: PTH111  # of nobody: stays ~nobody
    with in_float32():
        model, classify = _loaded(make, path)
    return gankit.Features(
        f"keras:{network}",
        digest_of(path),
        f"bilinear, {SIZE} × {SIZE}",
        extraction(
            f"keras:{network}",
            model,
            lambda x: np.asarray(preprocess(resized(levels(x), SIZE, bilinear))),
        ),
        classify=classify,
    )


def _application(network: str) -> tuple[Callable[..., keras.Model], Callable[[Any], Any]]:
    """Return what makes a network, and what preprocesses images for it."""
    found = vars(keras.applications)
    names = sorted(name for name in found if name[0].isupper() and inspect.isfunction(found[name]))
    if network not in names:
        raise gankit.GankitError(
            f"Keras has no application {network!r}. Allowed: {', '.join(names)}",
            "--features keras:EfficientNetB0",
        )
    make = found[network]
    return make, import_module(make.__module__).preprocess_input


def _loaded(make: Callable[..., keras.Model], path: Path) -> tuple[keras.Model, Function | None]:
    """Return the network up to its features, and what makes probabilities of these."""
    if not path.is_file():
        raise gankit.GankitError(f"the weights file {path} does not exist", "give an existing file")
    whole = _with_weights(make, path, include_top=True)
    last = whole.layers[-1] if whole else None
    if whole and isinstance(last, keras.layers.Dense):
        kernel, bias = map(np.asarray, last.get_weights())
        return keras.Model(whole.input, last.input), softmax_of(kernel, bias)
    trunk = _with_weights(make, path, include_top=False, pooling="avg")
    if trunk is None:
        raise gankit.GankitError(
            f"the weights {path} do not fit this network",
            "give a file of its weights, with or without its last layer",
        )
    return trunk, None


def _with_weights(make: Callable[..., keras.Model], path: Path, **top: Any) -> keras.Model | None:
    """Return a network with the weights of a file, or None if they do not fit."""
    model = make(weights=None, input_shape=(SIZE, SIZE, 3), **top)
    try:
        model.load_weights(path)
    except Exception:  # of any kind, depending on the format of the file
        return None
    return model
