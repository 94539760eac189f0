"""Features by a network that classifies bricks."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

import gankit
from gankit_lego.features.network import SIZE, Array, Network

BATCH = 64
WEIGHTS = Path(__file__).with_name("bricks.npz")


def bricks(data: gankit.Dataset | None = None) -> gankit.Features:
    """A small network that classifies bricks, 128 numbers; its weights come with gankit.

    It was trained on grey bricks on a white ground, rendered by `lego` at 32 × 32 and 64 × 64: all
    47 kinds, from any angle. Colours are averaged. It runs in numpy, so its features do not depend
    on the backend.

    Args:
        data: The data. Where its classes are kinds of brick, probabilities are of these alone.

    Returns:
        The features are the means of the last feature maps, (count, 128).

    Raises:
        GankitError: Examples are not images.
    """
    network = trained()
    classes = tuple(data.classes) if data is not None else ()
    known = bool(classes) and set(classes) <= set(network.classes)
    return gankit.Features(
        "bricks",
        hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:12],
        f"bilinear, {SIZE} × {SIZE}",
        lambda examples: extract(network, examples),
        classify=network.of(classes).probabilities if known else network.probabilities,
        classes=classes if known else (),
        accuracy=network.accuracy,
    )


@cache
def trained() -> Network:
    """Return the network with the weights that come with gankit."""
    return Network.read(WEIGHTS)


def extract(network: Network, examples: Array) -> Array:
    """Return the features (count, 128) of images in [−1, 1].

    Args:
        network: Extracts them.
        examples: (count, height, width, channels).

    Raises:
        GankitError: They are not images.
    """
    if examples.ndim != 4:
        raise gankit.GankitError(
            f"the features bricks need images. Received: examples of {examples.shape[1:]}",
            "--features pixels",
        )
    found = []
    with gankit.progress("extracting features by bricks", len(examples)) as advance:
        for start in range(0, len(examples), BATCH):
            batch = examples[start : start + BATCH]
            found.append(network.features(prepare(gankit.to_uint8(batch))))
            advance(len(batch))
    return np.concatenate(found)


def prepare(images: Array) -> Array:
    """Return what the network takes: 0 for white ground, 1 for black.

    Args:
        images: (count, height, width, channels) of uint8.

    Returns:
        (count, 64, 64, 1) of float32.
    """
    grey = images.mean(axis=3, dtype="float32")
    if grey.shape[1:] != (SIZE, SIZE):
        grey = np.stack([_resize(image) for image in grey])
    ink: Array = 1 - grey[..., None] / np.float32(255)
    return ink


def _resize(image: Array) -> Array:
    resized = Image.fromarray(image).resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    return np.asarray(resized, np.float32)
