"""A small classifier that learns the labels of the data."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import keras
import numpy as np
from keras import layers

import gankit
from gankit_standard.features.extraction import Function, extraction, softmax_of

MOST_EXAMPLES = 35_000
HELD_OUT = 7  # one in so many
BATCH, WIDTH = 128, 128
MOST_EPOCHS = 100
VERSION = 2  # increased when the same data gives other weights


@dataclass(frozen=True)
class Labelled:
    """Examples to learn from."""

    images: np.ndarray  # (count, height, width, channels), or points (count, coordinates)
    labels: np.ndarray  # (count,) of integers
    classes: Sequence[str]


def classifier(data: gankit.Dataset | None = None, steps: gankit.Count = 700) -> gankit.Features:
    """A small network trained once on the labels of the data; reports its held-out accuracy.

    It uses at most 35,000 examples, and holds out a seventh. If the name of each class has one
    character for each colour channel, as in stacked MNIST, one network learns to classify single
    channels, and the probability of a class is the product of those of its characters.

    Args:
        data: The data, with labels.
        steps: The number of batches of 128; at most 100 epochs.

    Returns:
        The features are the 128 activations before its last layer, for each classified channel;
        probabilities are of the classes of the data.

    Raises:
        GankitError: The data has no labels.
    """
    chosen = _chosen(data)
    channels = _spelled_channels(chosen)
    learnt = _by_channel(chosen) if channels > 1 else chosen
    data_digest = _digest([learnt.images, learnt.labels, np.array(list(learnt.classes))])
    key = {"data": data_digest, "steps": steps, "version": VERSION}
    folder = gankit.cached("classifier", key, lambda folder: _learn(learnt, steps, folder))
    with np.load(folder / "classifier.npz") as kept:
        accuracy, arrays = float(kept["accuracy"]), [kept[f"a{i}"] for i in range(len(kept) - 1)]
    network = classifier_network(learnt.images.shape[1:], len(learnt.classes))
    network.set_weights(arrays)
    trunk = keras.Model(network.input, network.layers[-1].input)
    extract = extraction("classifier", trunk, lambda x: np.asarray(x, "float32"))
    classify = softmax_of(*arrays[-2:])
    return gankit.Features(
        "classifier",
        _digest(arrays),
        "none",
        extract if channels == 1 else lambda x: extract(_channels(x)).reshape(len(x), -1),
        classify=classify if channels == 1 else lambda x: _joint(x, classify, channels),
        classes=chosen.classes,
        accuracy=accuracy,
    )


def classifier_network(shape: Sequence[int], classes: int) -> keras.Model:
    """Return convolutions that halve images down to 8 × 8, and two dense layers."""

    def initializer(seed: int) -> keras.Initializer:
        return keras.initializers.GlorotUniform(seed=seed)

    settings = {"activation": "relu", "dtype": "float32"}
    x = images = keras.Input(tuple(shape), dtype="float32")
    width, number = 32, 0
    while len(x.shape) == 4 and max(x.shape[1:3]) > 8:
        x = layers.Conv2D(width, 3, 2, "same", kernel_initializer=initializer(number), **settings)(
            x
        )
        width, number = min(2 * width, WIDTH), number + 1
    if len(shape) == 1:
        x = layers.Dense(WIDTH, kernel_initializer=initializer(98), **settings)(x)
    x = layers.Flatten(dtype="float32")(x)
    x = layers.Dense(WIDTH, kernel_initializer=initializer(99), **settings)(x)
    x = layers.Dense(classes, kernel_initializer=initializer(100), dtype="float32")(x)
    return keras.Model(images, x)


def _chosen(data: gankit.Dataset | None) -> Labelled:
    if data is None or "labels" not in data.arrays or len(data.classes) < 2:
        raise gankit.GankitError(
            "the features classifier need labelled data, and the dataset has no labels",
            "score a run on labelled data, or choose other features: gankit list features",
        )
    draw = np.random.default_rng(0)
    places = np.sort(draw.choice(len(data), min(MOST_EXAMPLES, len(data)), replace=False))
    images = np.asarray(data.arrays["images"][places])
    return Labelled(images, np.asarray(data.arrays["labels"][places]), tuple(data.classes))


def _spelled_channels(chosen: Labelled) -> int:
    """Return the number of channels if the classes are all words of as many letters, else 1."""
    channels = chosen.images.shape[-1] if chosen.images.ndim == 4 else 1
    letters = sorted(set("".join(chosen.classes)))
    if len(letters) ** channels != len(chosen.classes):
        return 1
    words = ["".join(word) for word in product(letters, repeat=channels)]
    return channels if words == list(chosen.classes) else 1


def _by_channel(chosen: Labelled) -> Labelled:
    """Return the channels as grey images, each labelled by its letter."""
    letters = sorted(set("".join(chosen.classes)))
    words = np.array([[letters.index(c) for c in name] for name in chosen.classes])
    return Labelled(_channels(chosen.images), words[chosen.labels].reshape(-1), letters)


def _channels(images: np.ndarray) -> np.ndarray:
    """Return the channels as images (count · channels, height, width, 1)."""
    apart = np.moveaxis(images, 3, 1)
    return apart.reshape(-1, *apart.shape[2:])[..., None]


def _joint(features: np.ndarray, classify: Function, channels: int) -> np.ndarray:
    """Return the probabilities of all words, the products of those of their letters."""
    count = len(features)
    joint = np.ones((count, 1))
    for channel in np.split(np.asarray(features), channels, axis=1):
        joint = (joint[:, :, None] * classify(channel)[:, None, :]).reshape(count, -1)
    return joint


def _learn(chosen: Labelled, steps: int, folder: Path) -> None:
    """Train a network, and write its weights and its held-out accuracy."""
    order = np.random.default_rng(1).permutation(len(chosen.images))
    held, rest = np.split(order, [max(1, len(order) // HELD_OUT)])
    steps = min(steps, math.ceil(MOST_EPOCHS * len(rest) / BATCH))
    network = classifier_network(chosen.images.shape[1:], len(chosen.classes))
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    draw = np.random.default_rng(2)
    with gankit.progress("training the classifier", steps) as advance:
        for _ in range(steps):
            rows = rest[draw.integers(len(rest), size=BATCH)]
            network.train_on_batch(_as_floats(chosen.images[rows]), chosen.labels[rows])
            advance(1)
    answers = network.predict(_as_floats(chosen.images[held]), batch_size=256, verbose=0).argmax(
        axis=1
    )
    accuracy = np.mean(answers == chosen.labels[held])
    arrays = {f"a{i}": array for i, array in enumerate(network.get_weights())}
    np.savez(folder / "classifier.npz", accuracy=accuracy, **arrays)


def _as_floats(images: np.ndarray) -> np.ndarray:
    """Return images of uint8 as floats in [−1, 1], other examples as floats."""
    return np.asarray(gankit.from_uint8(images), "float32")


def _digest(arrays: Sequence[np.ndarray]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        digest.update(f"{array.dtype} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()[:12]
