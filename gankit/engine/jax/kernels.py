"""The kernels of `gankit.layers` on JAX.

Images are (batch, height, width, channels); a kernel is (height, width, in, out) for a convolution,
(height, width, out, in) for a transposed one.

The weight gradient that XLA derives for a transposed convolution is a naive loop on a CPU and slow
on a GPU (jax#23783). So three bilinear maps define one another: a convolution, its transpose by the
images and its transpose by the kernel. Each derivative, of any order, is one of them again.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from gankit.engine.grouped_convolution import grouped

Pair = tuple[Any, Any]
Shape = tuple[int, ...]
Strides = tuple[int, int]


def convolution(x: Any, kernel: Any, strides: Sequence[int], padding: str, groups: int = 1) -> Any:
    """Return the convolution of x; padding is "same" or "valid"."""
    if groups > 1:
        return grouped(convolution, x, kernel, strides, padding, groups)
    return _convolved(x, kernel, tuple(strides), padding.upper())


def transposed_convolution(
    x: Any, kernel: Any, strides: Sequence[int], padding: str, shape: Sequence[int]
) -> Any:
    """Return the transposed convolution of x, images of a shape (height, width, filters)."""
    return _images(x, kernel, tuple(strides), padding.upper(), (x.shape[0], *shape))


def batch_normalization(x: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """Return x (batch, …, channels) normalised, its mean and its variance (channels,)."""
    axes = tuple(range(x.ndim - 1))
    wide = x.astype("float32")
    mean = jnp.mean(wide, axes)
    variance = jnp.mean(jnp.square(wide - mean), axes)
    y = (wide - mean) * (gamma * lax.rsqrt(variance + epsilon)) + beta
    return y.astype(x.dtype), mean, variance


def dropout(x: Any, rate: float, seed: Any) -> Any:
    """Return x with a fraction `rate` set to 0 and the rest scaled up; seed is two integers."""
    first, second = seed.astype(jnp.uint32)
    key = _mix(_mix(first) ^ second)
    bits = _mix(lax.iota(jnp.uint32, x.size) ^ key).reshape(x.shape)
    kept = bits >= jnp.uint32(int(rate * 2**32))
    return x * (kept.astype(x.dtype) / (1 - rate))


def _mix(bits: Any) -> Any:
    """Return 32 bits, each a function of all given ones (Wellons' lowbias32)."""
    bits = (bits ^ (bits >> 16)) * jnp.uint32(0x7FEB352D)
    bits = (bits ^ (bits >> 15)) * jnp.uint32(0x846CA68B)
    return bits ^ (bits >> 16)


def _plain(x: Any, kernel: Any, strides: Sequence[int], padding: str) -> Any:
    return lax.conv_general_dilated(
        x, kernel, strides, padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


@partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def _convolved(x: Any, kernel: Any, strides: Strides, padding: str) -> Any:
    return _plain(x, kernel, strides, padding)


@partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def _images(y: Any, kernel: Any, strides: Strides, padding: str, shape: Shape) -> Any:
    """Return the transpose, by the images, of a convolution: images of a shape."""
    images = jax.ShapeDtypeStruct(shape, y.dtype)
    return jax.linear_transpose(lambda x: _plain(x, kernel, strides, padding), images)(y)[0]


@partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def _kernel(x: Any, y: Any, strides: Strides, padding: str, shape: Shape) -> Any:
    """Return the transpose, by the kernel, of a convolution: a kernel of a shape."""
    kernel = jax.ShapeDtypeStruct(shape, x.dtype)
    return jax.linear_transpose(lambda k: _plain(x, k, strides, padding), kernel)(y)[0]


def _convolved_pull_back(strides: Strides, padding: str, inputs: Pair, dy: Any) -> Pair:
    x, kernel = inputs
    return (
        _images(dy, kernel, strides, padding, x.shape),
        _kernel(x, dy, strides, padding, kernel.shape),
    )


def _images_pull_back(strides: Strides, padding: str, shape: Shape, inputs: Pair, dx: Any) -> Pair:
    y, kernel = inputs
    return (
        _convolved(dx, kernel, strides, padding),
        _kernel(dx, y, strides, padding, kernel.shape),
    )


def _kernel_pull_back(strides: Strides, padding: str, shape: Shape, inputs: Pair, dk: Any) -> Pair:
    x, y = inputs
    return _images(y, dk, strides, padding, x.shape), _convolved(x, dk, strides, padding)


def _forward(function: Callable[..., Any]) -> Callable[..., tuple[Any, Pair]]:
    return lambda a, b, *how: (function(a, b, *how), (a, b))


_convolved.defvjp(_forward(_convolved), _convolved_pull_back)
_images.defvjp(_forward(_images), _images_pull_back)
_kernel.defvjp(_forward(_kernel), _kernel_pull_back)
