"""Trains the network of the features `bricks` on rendered bricks, and writes its weights.

    python benchmarks/train_brick_features.py --out bricks.npz

It takes about two minutes on a GPU with 16 cores beside it. A rehearsal:

    python benchmarks/train_brick_features.py --out /tmp/bricks.npz --examples 752 --epochs 1
"""

import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import typer
from keras import layers, ops

import gankit
from gankit_lego.dataset import lego
from gankit_lego.features.bricks import SIZE, WEIGHTS, extract, prepare
from gankit_lego.features.network import LAYERS, Network
from gankit_lego.kinds import KINDS

SETS = tuple((size, views) for size in (64, 32) for views in ("all", "upright"))
SEED, HELD_OUT_SEED = 1000, 2000
NOISE, BRIGHTNESS = 0.25, 0.15  # at most, of the span from black to white


def main(
    out: Path = WEIGHTS,
    examples: int = 94_000,
    held_out: int = 9_400,
    epochs: int = 15,
    batch: int = 256,
    rate: float = 2e-3,
):
    """Train, test on bricks of another seed, and write the weights."""
    clock = Clock()
    shown, unseen = render(examples, SEED), render(held_out, HELD_OUT_SEED)
    clock.lap(f"rendered {examples:,} and {held_out:,} bricks")
    keras.utils.set_random_seed(SEED)
    model = training_model()
    steps = epochs * (examples // batch)
    model.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(rate, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    ink = np.concatenate([np.uint8(prepare(data.arrays["images"]) * 255 + 0.5) for data in shown])
    labels = np.concatenate([data.arrays["labels"] for data in shown])
    model.fit(ink, labels, batch, epochs, verbose=2)
    clock.lap(f"{epochs} epochs on {keras.backend.backend()}")
    write(folded(model), unseen, out)
    clock.lap(f"tested; {out} has {out.stat().st_size:,} bytes")


def render(count: int, seed: int) -> list[gankit.Dataset]:
    """Return bricks of all kinds, a quarter of them for each of `SETS`."""
    return [lego(count // 4, z, views=v, seed=seed + i) for i, (z, v) in enumerate(SETS)]


def training_model() -> keras.Model:
    """Return the network from ink of uint8 to logits, with augmentation and normalisation."""
    x = images = keras.Input((SIZE, SIZE, 1), dtype="uint8")
    x = layers.Rescaling(1 / 255)(x)
    x = layers.RandomFlip("horizontal")(x)
    x = Degrade()(x)
    for filters, size, stride in LAYERS:
        x = layers.Conv2D(filters, size, stride, "same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.95)(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(images, layers.Dense(len(KINDS))(x))


class Degrade(layers.Layer):
    """Changes the brightness of images, blurs half of them and adds noise to half of them.

    Features of a network that has seen such images are about shape.
    """

    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(SEED)

    def call(self, images, training=False):
        if not training:
            return images
        brightness, blur, noise = (self.draw(images) for _ in range(3))
        images = images * (1 + BRIGHTNESS * brightness)
        images = images + ops.relu(blur) * (ops.average_pool(images, 5, 1, "same") - images)
        drawn = keras.random.normal(ops.shape(images), seed=self.seeds)
        return images + NOISE * ops.relu(noise) * drawn

    def draw(self, images):
        """Return a number in [−1, 1] for each image."""
        return keras.random.uniform((ops.shape(images)[0], 1, 1, 1), -1.0, 1.0, seed=self.seeds)


def folded(model: keras.Model) -> Network:
    """Return the network with each normalisation as a part of the convolution before it."""
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
    norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    pairs = []
    for convolution, norm in zip(convolutions, norms):
        (kernel,), (gamma, beta, mean, variance) = convolution.get_weights(), norm.get_weights()
        scale = gamma / np.sqrt(variance + norm.epsilon)
        pairs.append((kernel * scale, beta - mean * scale))
    return Network(pairs, tuple(model.layers[-1].get_weights()), tuple(KINDS), 0.0)


def write(network: Network, unseen: list[gankit.Dataset], out: Path) -> None:
    """Write the network with its accuracy, measured on what the file holds, and print it."""
    network.write(out)
    rounded = Network.read(out)
    right = [accuracy(rounded, data) for data in unseen]
    for (size, views), found in zip(SETS, right):
        print(f"accuracy {found:.4f} on held-out bricks, {size}×{size}, views {views}")
    replace(rounded, accuracy=float(np.mean(right))).write(out)
    print(f"accuracy {np.mean(right):.4f} on all of them")


def accuracy(network: Network, data: gankit.Dataset) -> float:
    """Return the fraction of images whose class the network gets right."""
    features = extract(network, gankit.from_uint8(data.arrays["images"]))
    answers = network.probabilities(features).argmax(axis=1)
    return float(np.mean(answers == data.arrays["labels"]))


class Clock:
    """Prints how long each part took."""

    def __init__(self):
        self.start = self.last = time.monotonic()

    def lap(self, what: str) -> None:
        now = time.monotonic()
        print(f"{what}: {now - self.last:.0f} s, {now - self.start:.0f} s in all", flush=True)
        self.last = now


if __name__ == "__main__":
    typer.run(main)
