"""What tests of architectures share: random weights, and operations in float64 numpy."""

import math

import numpy as np
from games import for_few_steps, game, values
from keras import ops
from PIL import Image


def parameters(weights) -> int:
    """Return how many numbers are in weights."""
    return sum(math.prod(weight.shape) for weight in weights)


def randomise(network, seed=0):
    """Give a network weights that are all of a size, and return them by name in float64."""
    draw = np.random.default_rng(seed)
    found = {}
    for w in network.weights:
        value = draw.normal(size=w.shape) / np.sqrt(max(1, math.prod(w.shape[:-1])))
        value = np.abs(value) + 0.5 if w.name in ("gamma", "moving_variance") else value
        w.assign(value)
        found.setdefault(w.name, []).append(ops.convert_to_numpy(w).astype("float64"))
    return found


def called(network, *arrays):
    """Return what a network makes of arrays outside training."""
    inputs = [ops.convert_to_tensor(array) for array in arrays]
    return ops.convert_to_numpy(network(inputs if len(inputs) > 1 else inputs[0]))


def normal(*shape, seed=0):
    """Return standard normal numbers as float32."""
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def unmoved(networks, loss, stabilizers, batch, steps=1, learning_rate=1e-2):
    """Return the trainable weights that no step of plain gradient descent has changed."""
    gan = for_few_steps(game(loss, stabilizers, learning_rate, made=networks))
    weights = [w for network in networks.values() for w in network.trainable_weights]
    before = values(weights)
    for _ in range(steps):
        logs = gan.train_on_batch(batch, return_dict=True)
    assert all(np.isfinite(float(value)) for value in logs.values())
    same = [np.array_equal(old, new) for old, new in zip(before, values(weights))]
    return [w.path for w, stayed in zip(weights, same) if stayed]


def convolve(x, kernel, bias=0.0, groups=1):
    """Return the convolution of x (batch, height, width, channels) with padding "same"."""
    size, edge = x.shape[1:3], kernel.shape[0] // 2
    x = np.pad(x, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    blocks = np.kron(np.eye(groups), np.ones((kernel.shape[2], kernel.shape[3] // groups)))
    kernel = np.tile(kernel, (1, 1, groups, 1)) * blocks
    return bias + sum(
        x[:, i : i + size[0], j : j + size[1]] @ kernel[i, j]
        for i, j in np.ndindex(kernel.shape[:2])
    )


def relu(x):
    """Return x where it is above 0, else 0."""
    return np.maximum(x, 0)


def doubled(x):
    """Return images with each pixel as a square of four."""
    return x.repeat(2, axis=1).repeat(2, axis=2)


def halved(x):
    """Return images whose pixels are the means of squares of four."""
    return (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4


def resized(x, size):
    """Return images at another size, by the triangular filter of Pillow."""

    def plane(values):
        image = Image.fromarray(values.astype("float32"))
        return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR))

    planes = [[plane(image[..., c]) for c in range(x.shape[-1])] for image in x]
    return np.moveaxis(np.array(planes, "float64"), 1, -1)
