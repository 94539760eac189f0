"""R3GAN: residual networks without normalisation."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

import gankit
from gankit import layers
from gankit_standard.doubling_sizes import Size, Widths, doubled_sizes, widths_of
from gankit_standard.features.resize import bilinear
from gankit_standard.labels import Conditional, LabelledInput, inputs

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

    The generator starts with a learned image of 4 to 7 pixels, weighted by the noise, and doubles
    it up to the size of the data, as in 4 → 8 → 16; the discriminator goes back the same way. At
    each size there are residual blocks x + 1×1(3×3(1×1(x))), with leaky ReLUs between the
    convolutions, the 3×3 one grouped. Between sizes, images are resampled bilinearly. Blocks start
    as the identity: the last kernel of each is 0, the others are initialised as in Fixup (Zhang et
    al. 2019, arXiv:1901.09321). Images are not bounded, as in the paper. Use it with the loss
    `relativistic` and the stabilizers `r1` and `r2`.

    Args:
        spec: Images of 16 to 256 pixels, square or oblong, that halve down to 4 to 7 pixels.
        latent: The size of the noise.
        widths: The channels of both networks at full size, at half of it, …; the last also applies
            to all smaller sizes.
        blocks: The number of residual blocks at each size.
        expansion: The factor by which a block widens its input.
        group: The channels in each group of a 3×3 convolution; fewer if there are fewer in all.
        conditional: Whether the networks get the labels: one-hot, joined to their input
            (arXiv:1411.1784), or, as in the paper, by an embedding beside the noise and by
            `projection` in the discriminator (arXiv:1802.05637).
            With `attributes` they get the data's attributes instead, joined to their input; the
            discriminator also projects its features on them.

    Returns:
        generator: From noise (batch, latent) to images.
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The data has no labels or attributes, or its size, the widths or the groups do
            not fit.

    Reference:
        Huang et al. 2024, The GAN is dead; long live the GAN! A Modern Baseline GAN,
        arXiv:2501.05441, section 3 and appendix.
    """
    sizes = doubled_sizes(spec.shape, "r3gan")
    channels = widths_of(sizes, widths, "widths")
    _check_groups([width * expansion for width in widths], group)
    gain = np.sqrt(2 / (1 + SLOPE**2)) * (blocks * len(sizes)) ** -0.25  # Fixup's L^(-1/(2m-2))
    block = partial(_block, expansion=expansion, group=group, gain=gain)
    noise, images = inputs(spec, latent, conditional)
    return {
        "generator": _generator(noise, channels, [block] * blocks, spec.shape[-1]),
        "discriminator": _discriminator(images, channels, [block] * blocks),
    }


def _generator(
    noise: LabelledInput,
    widths: Mapping[Size, int],
    blocks: Iterable[Callable[[Any], Any]],
    channels: int,
) -> keras.Model:
    first = min(widths)
    x = _linear(keras.layers.Dense, widths[first])(noise.join_embedded())
    x = GenerativeBasis(first)(x)
    for size in sorted(widths):
        if size != first:
            x = Resampling(size)(_with_channels(x, widths[size]))
        for block in blocks:
            x = block(x)
    return noise.generator(_linear(layers.Conv2D, channels, 1)(x), "linear")


def _discriminator(
    images: LabelledInput, widths: Mapping[Size, int], blocks: Iterable[Callable[[Any], Any]]
) -> keras.Model:
    first = max(widths)
    x = _linear(layers.Conv2D, widths[first], 1)(images.join())
    for size in sorted(widths, reverse=True):
        if size != first:
            x = _with_channels(Resampling(size)(x), widths[size])
        for block in blocks:
            x = block(x)
    x = DiscriminativeBasis()(x)
    return images.discriminator(_linear(keras.layers.Dense, 1, dtype="float32")(x), x)


def _block(x: Any, expansion: int, group: int, gain: float) -> Any:
    """Return x + 1×1(3×3(1×1(x))), which is x at first."""
    inside = x.shape[-1] * expansion
    groups = inside // min(group, inside)
    options: dict[str, Any] = {"padding": "same", "gain": gain, "use_bias": True}
    y = keras.layers.LeakyReLU(SLOPE)(_linear(layers.Conv2D, inside, 1, **options)(x))
    y = _linear(layers.Conv2D, inside, 3, groups=groups, **options)(y)
    y = keras.layers.LeakyReLU(SLOPE)(y)
    y = layers.Conv2D(x.shape[-1], 1, use_bias=False, kernel_initializer="zeros")(y)
    return keras.layers.Add()([x, y])


def _with_channels(x: Any, width: int) -> Any:
    return x if x.shape[-1] == width else _linear(layers.Conv2D, width, 1)(x)


def _linear(
    layer: Callable[..., keras.layers.Layer],
    *arguments: Any,
    gain: float = 1.0,
    use_bias: bool = False,
    **options: Any,
) -> keras.layers.Layer:
    """Return a layer whose kernel has a variance of gain² / inputs at first."""
    normal = keras.initializers.VarianceScaling(gain**2, "fan_in", "untruncated_normal")
    return layer(*arguments, use_bias=use_bias, kernel_initializer=normal, **options)


@_public
class GenerativeBasis(layers.Portable):
    """A learned image for each channel, weighted by the features.

    Args:
        size: The height and the width of the images, in pixels, or the edge of square ones.
    """

    def __init__(self, size: int | Size, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = size

    def build(self, shape: Any) -> None:
        """Create the basis, (height, width, channels)."""
        normal = keras.initializers.RandomNormal(0, 1)
        self.basis = self.add_weight((*_edges(self.size), shape[-1]), normal, name="basis")

    def call(self, x: Any) -> Any:
        """Return images (batch, height, width, channels) from weights (batch, channels)."""
        return self.basis.value * x[:, None, None, :]

    def plain(self, x: Any) -> Any:
        """Return the same by an einsum with the basis."""
        return _einsum("bc,hwc->bhwc", self.basis.shape, self.basis.value)(x)


@_public
class DiscriminativeBasis(layers.Portable):
    """The product of each channel with a learned image: a depthwise convolution to one pixel."""

    def build(self, shape: Any) -> None:
        """Create the basis, (height, width, channels)."""
        normal = keras.initializers.RandomNormal(0, 1 / np.sqrt(shape[1] * shape[2]))
        self.basis = self.add_weight(shape[1:], normal, name="basis")

    def call(self, x: Any) -> Any:
        """Return features (batch, channels) of images (batch, height, width, channels)."""
        return ops.sum(x * self.basis.value, axis=(1, 2))

    def plain(self, x: Any) -> Any:
        """Return the same by an einsum with the basis."""
        return _einsum("bhwc,hwc->bc", x.shape[-1:], self.basis.value)(x)


@_public
class Resampling(layers.Portable):
    """Bilinear resampling to another size, as wide as a new pixel where images shrink.

    It multiplies each axis by a matrix, which can be differentiated twice on every backend.

    Args:
        size: The new height and width, in pixels, or the new edge of squares.
    """

    def __init__(self, size: int | Size, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = size

    def call(self, x: Any) -> Any:
        """Return images of the new size from (batch, height, width, channels)."""
        height, width, channels = x.shape[1:]
        rows, columns = (ops.cast(matrix, x.dtype) for matrix in self._matrices(x))
        x = ops.matmul(rows, ops.reshape(x, (-1, height, width * channels)))
        x = ops.matmul(columns, ops.reshape(x, (-1, width, channels)))
        return ops.reshape(x, (-1, *_edges(self.size), channels))

    def plain(self, x: Any) -> Any:
        """Return the same by two einsums with fixed matrices."""
        _, width, channels = x.shape[1:]
        rows, columns = (matrix.T for matrix in self._matrices(x))
        edges = _edges(self.size)
        x = _einsum("bhwc,hr->brwc", (edges[0], width, channels), rows, fixed=True)(x)
        return _einsum("bhwc,wr->bhrc", (*edges, channels), columns, fixed=True)(x)

    def _matrices(self, x: Any) -> list[np.ndarray]:
        """Return the matrices that resample the height and the width of x."""
        return [bilinear(old, new) for old, new in zip(x.shape[1:3], _edges(self.size))]


def _edges(size: int | Size) -> Size:
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def _einsum(equation: str, shape: Any, kernel: Any, fixed: bool = False) -> Callable[[Any], Any]:
    """Return a function of x (batch, …), an einsum with a given kernel."""

    def call(x: Any) -> Any:
        layer = keras.layers.EinsumDense(equation, shape, trainable=not fixed)
        y = layer(x)
        layer.kernel.assign(kernel)
        return y

    return call


def _check_groups(channels: Iterable[int], group: int) -> None:
    wrong = [count for count in channels if count > group and count % group]
    if wrong:
        raise gankit.GankitError(
            "group must divide the channels inside a block, widths × expansion. "
            f"Received: group = {group}, and {', '.join(map(str, wrong))} channels",
            "set widths to multiples of group, or group = 1",
        )
