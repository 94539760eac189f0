"""A bare JAX loop over S3's networks: one jitted step, without Keras."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

CONVOLUTIONS = ("NHWC", "HWIO", "NHWC")
WIDTHS = (64, 128, 256, 512)


def build(levels: np.ndarray) -> Callable[[], Any]:
    """Return the step on a batch of images (batch, 64, 64, 1)."""
    dtype = jnp.dtype(keras.config.dtype_policy().compute_dtype)
    images = jnp.asarray(levels, "float32") / 127.5 - 1
    weights = {"g": generator_weights(), "d": discriminator_weights()}
    moments = [jax.tree.map(jnp.zeros_like, weights) for _ in range(2)]
    state = [weights, *moments, jax.random.key(1), jnp.zeros(())]
    compiled = jax.jit(partial(step, dtype=dtype), donate_argnums=0)

    def play() -> Any:
        nonlocal state
        state, losses = compiled(state, images)
        return [float(loss) for loss in losses]

    return play


def step(state: list[Any], images: Any, dtype: Any) -> tuple[list[Any], Any]:
    """Play a step of both players, from one forward pass, and return the losses."""
    weights, first, second, key, count = state
    key, *keys = jax.random.split(key, 6)

    def losses(weights: Any) -> Any:
        noise = jax.random.normal(keys[0], (len(images), 1, 1, 100))
        fake = generate(weights["g"], noise, dtype)
        on_fake = judge(weights["d"], fake, keys[1], dtype)
        on_real = judge(weights["d"], images, keys[2], dtype)
        low, high = (0.1 * jax.random.uniform(k, on_real.shape) for k in keys[3:])
        d_loss = (cross_entropy(on_real, 1 - high) + cross_entropy(on_fake, low)) / 2
        return cross_entropy(on_fake, 1.0), d_loss

    values, pull_back = jax.vjp(losses, weights)
    gradients = {
        "g": pull_back((jnp.ones(()), jnp.zeros(())))[0]["g"],
        "d": pull_back((jnp.zeros(()), jnp.ones(())))[0]["d"],
    }
    count = count + 1
    first = jax.tree.map(lambda m, x: 0.5 * m + 0.5 * x, first, gradients)
    second = jax.tree.map(lambda v, x: 0.999 * v + 0.001 * x * x, second, gradients)
    rate = 2e-4 * jnp.sqrt(1 - 0.999**count) / (1 - 0.5**count)
    weights = jax.tree.map(
        lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, first, second
    )
    return [weights, first, second, key, count], values


def generate(weights: Any, x: Any, dtype: Any) -> Any:
    """Return images (batch, 64, 64, 1) for noise."""
    for index, layer in enumerate(weights):
        stride, padding = (2, "SAME") if index else (1, "VALID")
        kernel, x = layer["kernel"].astype(dtype), x.astype(dtype)
        x = jax.lax.conv_transpose(x, kernel, (stride, stride), padding)
        x = jax.nn.leaky_relu(normalised(x, layer), 0.2) if "scale" in layer else jnp.tanh(x)
    return x.astype("float32")


def judge(weights: Any, x: Any, key: Any, dtype: Any) -> Any:
    """Return logits (batch, 1) of images."""
    *blocks, last = weights
    for layer, k in zip(blocks, jax.random.split(key, len(blocks))):
        x = convolved(x, layer["kernel"], 2, "SAME", dtype)
        x = jax.nn.leaky_relu(normalised(x, layer) if "scale" in layer else x, 0.2)
        x = jnp.where(jax.random.bernoulli(k, 0.7, x.shape), x / 0.7, 0)
    x = convolved(x, last["kernel"], 1, "VALID", dtype)
    return x.reshape(len(x), 1).astype("float32")


def convolved(x: Any, kernel: Any, stride: int, padding: str, dtype: Any) -> Any:
    """Return a convolution in a precision."""
    x, kernel = x.astype(dtype), kernel.astype(dtype)
    return jax.lax.conv_general_dilated(
        x, kernel, (stride, stride), padding, dimension_numbers=CONVOLUTIONS
    )


def normalised(x: Any, layer: Any) -> Any:
    """Return batch normalisation by the statistics of the batch."""
    wide = x.astype("float32")
    mean, variance = wide.mean((0, 1, 2)), wide.var((0, 1, 2))
    y = (wide - mean) * jax.lax.rsqrt(variance + 1e-3) * layer["scale"] + layer["offset"]
    return y.astype(x.dtype)


def cross_entropy(logits: Any, targets: Any) -> Any:
    """Return the mean cross-entropy of logits."""
    return jnp.mean(jax.nn.softplus(logits) - targets * logits)


def generator_weights() -> list[dict[str, Any]]:
    """Return the weights of each layer of the generator."""
    pairs = [(100, 512), (512, 256), (256, 128), (128, 64), (64, 1)]
    return [layer(*pair, normalise=pair[1] > 1) for pair in pairs]


def discriminator_weights() -> list[dict[str, Any]]:
    """Return the weights of each layer of the discriminator."""
    pairs = zip((1, *WIDTHS), (*WIDTHS, 1))
    return [layer(*pair, normalise=pair[1] > 64) for pair in pairs]


def layer(inputs: int, filters: int, normalise: bool) -> dict[str, Any]:
    """Return a kernel, and the scale and offset of a normalisation."""
    draw = np.random.default_rng(inputs + filters)
    kernel = 0.02 * draw.standard_normal((4, 4, inputs, filters))
    found = {"kernel": jnp.asarray(kernel, "float32")}
    if normalise:
        found |= {"scale": jnp.ones(filters), "offset": jnp.zeros(filters)}
    return found
