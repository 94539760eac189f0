"""R3GAN: residual networks without normalisation, as simple as a modern GAN may be."""

from collections.abc import Callable, Iterable
from functools import partial

import keras
import numpy as np
from keras import ops

import gankit
from gankit import layers
from gankit_standard.labels import Conditional, Labels
from gankit_standard.sizes import Widths, doubled_sizes, widths_of

SLOPE = 0.2  # of the leaky ReLU below 0

_public = keras.saving.register_keras_serializable(package="gankit_standard")


def r3gan(
    spec: gankit.DataSpec,
    latent: gankit.Count = 64,
    widths: Widths = (64, 128, 256),
    blocks: gankit.Count = 2,
    expansion: gankit.Count = 2,
    group: gankit.Count = 16,
    conditional: Conditional = False,
) -> dict[str, keras.Model]:
    """Networks of grouped residual blocks without normalisation (R3GAN, arXiv:2501.05441).

    A image of 4 to 7 pixels, a learned basis weighted by the noise, is doubled until it has the
    size of the data, as in 4 → 8 → 16; the discriminator goes the same way back. At each size are
    residual blocks x + 1×1(3×3(1×1(x))), with leaky ReLUs between the convolutions, the 3×3 one
    grouped; between the sizes images are resampled by a triangular filter. Blocks begin as the
    identity: the last kernel of each is 0, the others as Fixup has them (Zhang et al. 2019,
    arXiv:1901.09321). Images have no bound, as in the paper. Its loss is `relativistic`, with the
    stabilizers `r1` and `r2`.

    Args:
        spec: Square images of 28 to 256 pixels.
        latent: The size of the noise.
        widths: The channels of both networks' images at full size, at half of it, …; the last one
            is for all smaller sizes too.
        blocks: The number of residual blocks at each size.
        expansion: How many times as many channels there are inside a block.
        group: The number of channels in each group of a 3×3 convolution; fewer where there are not
            so many.
        conditional: Whether both networks are told the label: one-hot beside the noise and as
            channels of the image (Mirza & Osindero 2014, arXiv:1411.1784), or, as in the paper, by
            an embedding beside the noise and by `projection` (Miyato & Koyama 2018,
            arXiv:1802.05637) in the discriminator.

    Returns:
        generator: From noise (batch, latent) to images.
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The images are not square, or of a size that no doubling reaches, or the widths
            are too many or do not fit the groups, or it is conditional and the data has no labels.

    Reference:
        Huang et al. 2024, The GAN is dead; long live the GAN! A Modern Baseline GAN,
        arXiv:2501.05441, section 3 and appendix.
    """
    sizes = doubled_sizes(spec.shape, "r3gan")
    channels = widths_of(sizes, widths, "widths")
    _check_groups([width * expansion for width in widths], group)
    gain = np.sqrt(2 / (1 + SLOPE**2)) * (blocks * len(sizes)) ** -0.25  # Fixup's L^(-1/(2m-2))
    block = partial(_block, expansion=expansion, group=group, gain=gain)
    noise = Labels(keras.Input((latent,), name="noise"), spec, conditional)
    images = Labels(keras.Input(spec.shape, name="images"), spec, conditional)
    return {
        "generator": _generator(noise, sizes, channels, [block] * blocks, spec.shape[-1]),
        "discriminator": _discriminator(images, sizes, channels, [block] * blocks),
    }


def _generator(noise, sizes, widths, blocks, channels) -> keras.Model:
    x = _linear(keras.layers.Dense, widths[sizes[0]])(noise.join_embedded())
    x = GenerativeBasis(sizes[0])(x)
    for size in sizes:
        if size != sizes[0]:
            x = Resampling(size)(_with_channels(x, widths[size]))
        x = _through(blocks, x)
    x = _linear(layers.Conv2D, channels, 1)(x)
    images = keras.layers.Activation("linear", dtype="float32")(x)
    return keras.Model(noise.inputs, images, name="generator")


def _discriminator(images, sizes, widths, blocks) -> keras.Model:
    x = _linear(layers.Conv2D, widths[sizes[-1]], 1)(images.join())
    for size in sizes[::-1]:
        if size != sizes[-1]:
            x = _with_channels(Resampling(size)(x), widths[size])
        x = _through(blocks, x)
    x = DiscriminativeBasis()(x)
    logits = _linear(keras.layers.Dense, 1, dtype="float32")(x)
    return keras.Model(images.inputs, images.judge(logits, x), name="discriminator")


def _through(blocks: Iterable[Callable], x):
    for block in blocks:
        x = block(x)
    return x


def _block(x, expansion: int, group: int, gain: float):
    """Return x + 1×1(3×3(1×1(x))), which begins as x."""
    inside = x.shape[-1] * expansion
    groups = inside // min(group, inside)
    options = {"padding": "same", "gain": gain, "use_bias": True}
    y = keras.layers.LeakyReLU(SLOPE)(_linear(layers.Conv2D, inside, 1, **options)(x))
    y = _linear(layers.Conv2D, inside, 3, groups=groups, **options)(y)
    y = keras.layers.LeakyReLU(SLOPE)(y)
    y = layers.Conv2D(x.shape[-1], 1, use_bias=False, kernel_initializer="zeros")(y)
    return keras.layers.Add()([x, y])


def _with_channels(x, width):
    return x if x.shape[-1] == width else _linear(layers.Conv2D, width, 1)(x)


def _linear(layer, *arguments, gain: float = 1.0, use_bias: bool = False, **options):
    """Return a layer whose kernel begins with a variance of gain² / its inputs."""
    begin = keras.initializers.VarianceScaling(gain**2, "fan_in", "untruncated_normal")
    return layer(*arguments, use_bias=use_bias, kernel_initializer=begin, **options)


@_public
class GenerativeBasis(layers.Portable):
    """Learned images, one a channel, weighted by the channels of its input.

    Args:
        size: Their edge, in pixels.
    """

    def __init__(self, size: int, name: str | None = None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.size = size

    def get_config(self):
        """Return what it was made with, so that it can be saved and loaded."""
        return {"size": self.size, "name": self.name, "dtype": self.dtype_policy.name}

    def build(self, shape):
        """Make the basis, (size, size, channels)."""
        begin = keras.initializers.RandomNormal(0, 1)
        self.basis = self.add_weight((self.size, self.size, shape[-1]), begin, name="basis")

    def call(self, x):
        """Return images (batch, size, size, channels) of weights (batch, channels)."""
        return self.basis.value * x[:, None, None, :]

    def plain(self, x):
        """Return the same by an einsum with the basis."""
        return _einsum("bc,hwc->bhwc", self.basis.shape, self.basis.value)(x)


@_public
class DiscriminativeBasis(layers.Portable):
    """How much of a learned image is in each channel: a depthwise convolution to one pixel."""

    def build(self, shape):
        """Make the basis, (height, width, channels)."""
        begin = keras.initializers.RandomNormal(0, 1 / np.sqrt(shape[1] * shape[2]))
        self.basis = self.add_weight(shape[1:], begin, name="basis")

    def call(self, x):
        """Return features (batch, channels) of images (batch, height, width, channels)."""
        return ops.sum(x * self.basis.value, axis=(1, 2))

    def plain(self, x):
        """Return the same by an einsum with the basis."""
        return _einsum("bhwc,hwc->bc", x.shape[-1:], self.basis.value)(x)


@_public
class Resampling(layers.Portable):
    """Images at another size by a triangular filter; where they grow it is bilinear.

    It is a product with a matrix on each axis, which can be differentiated twice on every backend.

    Args:
        size: The new edge, in pixels.
    """

    def __init__(self, size: int, name: str | None = None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.size = size

    def get_config(self):
        """Return what it was made with, so that it can be saved and loaded."""
        return {"size": self.size, "name": self.name, "dtype": self.dtype_policy.name}

    def call(self, x):
        """Return (batch, size, size, channels) of (batch, height, width, channels)."""
        height, width, channels = x.shape[1:]
        rows, columns = (ops.cast(triangles(n, self.size), x.dtype) for n in (height, width))
        x = ops.matmul(rows, ops.reshape(x, (-1, height, width * channels)))
        x = ops.matmul(columns, ops.reshape(x, (-1, width, channels)))
        return ops.reshape(x, (-1, self.size, self.size, channels))

    def plain(self, x):
        """Return the same by two einsums with fixed matrices."""
        height, width, channels = x.shape[1:]
        rows, columns = triangles(height, self.size).T, triangles(width, self.size).T
        x = _einsum("bhwc,hr->brwc", (self.size, width, channels), rows, fixed=True)(x)
        return _einsum("bhwc,wr->bhrc", (self.size, self.size, channels), columns, fixed=True)(x)


def _einsum(equation: str, shape, kernel, fixed: bool = False):
    """Return a function of x (batch, …), an einsum with a kernel that is given."""

    def call(x):
        layer = keras.layers.EinsumDense(equation, shape, trainable=not fixed)
        y = layer(x)
        layer.kernel.assign(kernel)
        return y

    return call


def triangles(size: int, target: int) -> np.ndarray:
    """Return the matrix (target, size) that resamples a row of pixels.

    Each new pixel is a mean of the old ones, whose weights fall off linearly with the distance from
    its centre, to 0 at one pixel of the coarser of the two rows.
    """
    centres = (np.arange(target)[:, None] + 0.5) * size / target
    distances = np.abs(np.arange(size) + 0.5 - centres) / max(1, size / target)
    weights = np.maximum(0, 1 - distances)
    return (weights / weights.sum(axis=1, keepdims=True)).astype("float32")


def _check_groups(channels: Iterable[int], group: int) -> None:
    wrong = [count for count in channels if count > group and count % group]
    if wrong:
        raise gankit.GankitError(
            f"group divides the channels inside a block, widths × expansion. "
            f"Received: groups of {group}, and {', '.join(map(str, wrong))} channels",
            "set widths to multiples of the group, or group = 1",
        )
