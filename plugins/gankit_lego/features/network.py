"""A small convolutional network in numpy, which gives the same numbers on every backend."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Array = np.ndarray[Any, Any]

SIZE = 64
LAYERS = ((24, 5, 2), (48, 3, 2), (48, 3, 1), (96, 3, 2), (96, 3, 1), (128, 3, 2))
"""The filters, kernel size and stride of each convolution."""


@dataclass(frozen=True)
class Network:
    """Convolutions with ReLU, a global mean and a dense layer that classifies.

    Args:
        convolutions: The kernel (height, width, in, out) and bias (out,) of each of `LAYERS`.
        head: The kernel (features, classes) and bias (classes,) of the dense layer.
        classes: The names of the classes.
        accuracy: The fraction of held-out images whose class is right.
    """

    convolutions: Sequence[tuple[Array, Array]]
    head: tuple[Array, Array]
    classes: tuple[str, ...]
    accuracy: float

    @classmethod
    def read(cls, path: Path) -> "Network":
        """Return the network of a .npz file that `write` wrote."""
        with np.load(path, allow_pickle=False) as file:
            weights = [file[f"weights_{i}"].astype("float32") for i in range(2 * len(LAYERS) + 2)]
            classes, accuracy = tuple(file["classes"].tolist()), float(file["accuracy"])
        *convolutions, head = zip(weights[::2], weights[1::2])
        return cls(convolutions, head, classes, accuracy)

    def write(self, path: Path) -> None:
        """Write the network as a .npz file, its weights as float16."""
        weights = [array for pair in (*self.convolutions, self.head) for array in pair]
        arrays: dict[str, Any] = {
            f"weights_{i}": array.astype("float16") for i, array in enumerate(weights)
        }
        np.savez_compressed(path, classes=self.classes, accuracy=self.accuracy, **arrays)

    def of(self, classes: Sequence[str]) -> "Network":
        """Return the network that knows only these of its classes, in this order."""
        places = [self.classes.index(name) for name in classes]
        kernel, bias = self.head
        return replace(self, head=(kernel[:, places], bias[places]), classes=tuple(classes))

    def features(self, images: Array) -> Array:
        """Return the features (count, 128) of images (count, 64, 64, 1)."""
        for (kernel, bias), (_, _, stride) in zip(self.convolutions, LAYERS):
            images = np.maximum(convolve(images, kernel, stride) + bias, 0)
        means: Array = images.mean(axis=(1, 2))
        return means

    def probabilities(self, features: Array) -> Array:
        """Return the probabilities of the classes, (count, classes), given features."""
        kernel, bias = self.head
        logits = np.asarray(features, "float64") @ kernel + bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        odds: Array = powers / powers.sum(axis=1, keepdims=True)
        return odds


def convolve(images: Array, kernel: Array, stride: int) -> Array:
    """Convolve images with zero padding, as Keras does with `padding="same"`.

    Args:
        images: (count, height, width, channels); the stride divides height and width.
        kernel: (size, size, channels, filters).
        stride: Of the windows.
    """
    size = len(kernel)
    before = (size - stride) // 2
    pad = (before, size - stride - before)
    padded = np.pad(images, ((0, 0), pad, pad, (0, 0)))
    windows = sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return np.tensordot(windows, kernel, ((4, 5, 3), (0, 1, 2)))
