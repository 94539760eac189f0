"""The kernels of `gankit.layers` on TensorFlow.

Images are (batch, height, width, channels); a kernel is (height, width, in, out) for a convolution,
(height, width, out, in) for a transposed one.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from gankit.engine.collectives import normalized, place
from gankit.engine.grouped_convolution import grouped


def convolution(x: Any, kernel: Any, strides: Sequence[int], padding: str, groups: int = 1) -> Any:
    """Return the convolution of x; padding is "same" or "valid"."""
    if groups > 1:
        return grouped(convolution, x, kernel, strides, padding, groups)
    return tf.nn.conv2d(x, kernel, strides, padding.upper())


def transposed_convolution(
    x: Any, kernel: Any, strides: Sequence[int], padding: str, shape: Sequence[int]
) -> Any:
    """Return the transposed convolution of x, images of a shape (height, width, filters)."""
    return tf.nn.conv2d_transpose(x, kernel, [tf.shape(x)[0], *shape], strides, padding.upper())


def batch_normalization(x: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """Return x (batch, …, channels) normalised, its mean and its variance (channels,)."""
    if place()[1] > 1:
        return normalized(x, gamma, beta, epsilon)
    images = x if len(x.shape) == 4 else x[:, None, None, :]
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=images, scale=gamma, offset=beta, mean=[], variance=[], epsilon=epsilon
    )
    n = tf.cast(tf.reduce_prod(tf.shape(images)[:3]), "float32")
    # The kernel's variance is the unbiased one; Keras' is not.
    return tf.reshape(y, tf.shape(x)), mean, variance * (n - 1) / n


def dropout(x: Any, rate: float, seed: Any) -> Any:
    """Return x with a fraction `rate` set to 0 and the rest scaled up; seed is two integers."""
    (rank, count), size = place(), tf.size(x)
    words = tf.random.stateless_uniform(
        [(size * count + 1) // 2], tf.cast(seed, tf.int32), None, None, tf.int32
    )
    own = tf.reshape(tf.bitcast(words, tf.int16), [-1])[rank * size : (rank + 1) * size]
    bits = tf.reshape(own, tf.shape(x))
    kept = bits >= tf.constant(round(rate * 2**16) - 2**15, tf.int16)
    return x * (tf.cast(kept, x.dtype) * tf.cast(1 / (1 - rate), x.dtype))
