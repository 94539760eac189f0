"""A small classifier that learns the labels of the data."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers

import gankit
from gankit_standard.features.extraction import extraction, softmax_of

MOST = 35_000  # examples that are looked at
HELD_OUT = 7  # of so many, one is held out
BATCH, WIDTH = 128, 128
SEEN = 100  # times that an example is learnt from, at most, on average
VERSION = 2  # of what the same data would give other weights


@dataclass(frozen=True)
class Labelled:
    """Examples to learn from.

    Args:
        images: Images (count, height, width, channels) or points (count, coordinates).
        labels: Their classes, (count,) of integers.
        classes: The names of the classes.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: Sequence[str]


def classifier(data: gankit.Dataset | None = None, steps: gankit.Count = 700) -> gankit.Features:
    """A small network that learns the labels of the data once; says its accuracy on held-out ones.

    Of at most 35,000 examples a seventh is held out. Where the names of the classes spell a
    character for each colour, as those of stacked MNIST do, one network learns to read all colours,
    and the probability of a class is the product of those of its characters.

    Args:
        data: The data, with labels.
        steps: How many batches of 128 it learns from; fewer where each example would be among them
            more than a hundred times.

    Returns:
        The features are the 128 activations before its last layer, for each colour that is read;
        probabilities are of the classes of the data.

    Raises:
        GankitError: The data has no labels.
    """
    chosen = _chosen(data)
    colours = _spelled(chosen)
    learnt = _one_by_one(chosen) if colours > 1 else chosen
    key = {"data": _digest(learnt), "steps": steps, "version": VERSION}
    folder = gankit.cached("classifier", key, lambda folder: _learn(learnt, steps, folder))
    with np.load(folder / "classifier.npz") as kept:
        accuracy, arrays = float(kept["accuracy"]), [kept[f"a{i}"] for i in range(len(kept) - 1)]
    network = classifier_network(learnt.images.shape[1:], len(learnt.classes))
    network.set_weights(arrays)
    trunk = keras.Model(network.input, network.layers[-1].input)
    one = extraction("classifier", trunk, lambda x: np.asarray(x, "float32"))
    read = softmax_of(*arrays[-2:])
    return gankit.Features(
        "classifier",
        _digest_of_all(arrays),
        "none",
        one if colours == 1 else lambda x: one(_colours(x)).reshape(len(x), -1),
        classify=read if colours == 1 else lambda x: _joint(x, read, colours),
        classes=chosen.classes,
        accuracy=accuracy,
    )


def classifier_network(shape: Sequence[int], classes: int) -> keras.Model:
    """Return convolutions of half the size each down to 8 × 8, and two dense layers.

    Args:
        shape: Of an example, (height, width, channels) or (coordinates,).
        classes: How many.
    """

    def start(seed: int) -> keras.Initializer:
        return keras.initializers.GlorotUniform(seed=seed)

    settings = {"activation": "relu", "dtype": "float32"}
    x = images = keras.Input(tuple(shape), dtype="float32")
    width, number = 32, 0
    while len(x.shape) == 4 and max(x.shape[1:3]) > 8:
        x = layers.Conv2D(width, 3, 2, "same", kernel_initializer=start(number), **settings)(x)
        width, number = min(2 * width, WIDTH), number + 1
    if len(shape) == 1:
        x = layers.Dense(WIDTH, kernel_initializer=start(98), **settings)(x)
    x = layers.Flatten(dtype="float32")(x)
    x = layers.Dense(WIDTH, kernel_initializer=start(99), **settings)(x)
    x = layers.Dense(classes, kernel_initializer=start(100), dtype="float32")(x)
    return keras.Model(images, x)


def _chosen(data: gankit.Dataset | None) -> Labelled:
    if data is None or "labels" not in data.arrays or len(data.classes) < 2:
        raise gankit.GankitError(
            "the features classifier learn the labels of the data, and here there are none",
            "score a run on labelled data, or choose others: gankit list features",
        )
    draw = np.random.default_rng(0)
    places = np.sort(draw.choice(len(data), min(MOST, len(data)), replace=False))
    images = np.asarray(data.arrays["images"][places])
    return Labelled(images, np.asarray(data.arrays["labels"][places]), tuple(data.classes))


def _spelled(chosen: Labelled) -> int:
    """Return how many colours spell the classes; 1 where they do not."""
    colours = chosen.images.shape[-1] if chosen.images.ndim == 4 else 1
    letters = sorted(set("".join(chosen.classes)))
    spelled = [""]
    for _ in range(colours):
        spelled = [word + letter for word in spelled for letter in letters]
        if len(spelled) > len(chosen.classes):
            return 1
    return colours if spelled == list(chosen.classes) else 1


def _one_by_one(chosen: Labelled) -> Labelled:
    """Return the colours as grey images, each labelled by its character."""
    letters = sorted(set("".join(chosen.classes)))
    words = np.array([[letters.index(c) for c in name] for name in chosen.classes])
    return Labelled(_colours(chosen.images), words[chosen.labels].reshape(-1), letters)


def _colours(images: np.ndarray) -> np.ndarray:
    """Return images (count · colours, height, width, 1)."""
    apart = np.moveaxis(images, 3, 1)
    return apart.reshape(-1, *apart.shape[2:])[..., None]


def _joint(features: np.ndarray, read, colours: int) -> np.ndarray:
    """Return the probabilities of all words of the characters that the colours are read as."""
    count = len(features)
    joint = np.ones((count, 1))
    for one in np.split(np.asarray(features), colours, axis=1):
        joint = (joint[:, :, None] * read(one)[:, None, :]).reshape(count, -1)
    return joint


def _learn(chosen: Labelled, steps: int, folder: Path) -> None:
    """Train a network, and write its weights and its accuracy on what is held out."""
    order = np.random.default_rng(1).permutation(len(chosen.images))
    held, rest = np.split(order, [max(1, len(order) // HELD_OUT)])
    steps = min(steps, -(-SEEN * len(rest) // BATCH))
    network = classifier_network(chosen.images.shape[1:], len(chosen.classes))
    network.compile(
        keras.optimizers.Adam(_rate(steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    draw = np.random.default_rng(2)
    with gankit.progress("training the classifier", steps) as advance:
        for _ in range(steps):
            rows = rest[draw.integers(len(rest), size=BATCH)]
            network.train_on_batch(_seen(chosen.images[rows]), chosen.labels[rows])
            advance(1)
    answers = network.predict(_seen(chosen.images[held]), batch_size=256, verbose=0).argmax(axis=1)
    accuracy = np.mean(answers == chosen.labels[held])
    arrays = {f"a{i}": array for i, array in enumerate(network.get_weights())}
    np.savez(folder / "classifier.npz", accuracy=accuracy, **arrays)


def _rate(steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    return keras.optimizers.schedules.CosineDecay(2e-3, steps)


def _seen(images: np.ndarray) -> np.ndarray:
    """Return images of uint8 as floats in [−1, 1], anything else as floats."""
    return np.asarray(gankit.from_uint8(images), "float32")


def _digest(chosen: Labelled) -> str:
    return _digest_of_all([chosen.images, chosen.labels, np.array(list(chosen.classes))])


def _digest_of_all(arrays: Sequence[np.ndarray]) -> str:
    told = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        told.update(f"{array.dtype} {array.shape}".encode() + array.tobytes())
    return told.hexdigest()[:12]
