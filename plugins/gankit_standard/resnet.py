"""Residual networks, as in the paper on spectral normalisation."""

from collections.abc import Mapping
from itertools import repeat
from typing import Any

import keras

import gankit
from gankit import layers
from gankit_standard.attention import Attention
from gankit_standard.doubling_sizes import Size, Widths
from gankit_standard.labels import Conditional, LabelledInput, inputs
from gankit_standard.residual import block_widths, discriminator, grow


def resnet(
    spec: gankit.DataSpec,
    latent: gankit.Count = 128,
    generator_widths: Widths = (256,),
    discriminator_widths: Widths = (128,),
    generator_norm: bool = True,
    attention: Attention = 0,
    conditional: Conditional = False,
) -> dict[str, keras.Model]:
    """Networks of residual blocks (SNGAN, Miyato et al. 2018, arXiv:1802.05957, appendix B.4).

    Each block of the generator doubles the image, from 4 to 7 pixels up, as in 7 → 14 → 28. Each
    block of the discriminator halves it, down to 8 pixels or fewer; two more blocks follow. For
    32×32 the defaults are the networks of the paper for CIFAR-10. The stabilizer `spectral-norm`
    adds spectral normalisation.

    Args:
        spec: Images of 16 to 256 pixels, square or oblong, that halve down to 4 to 7 pixels.
        latent: The size of the noise.
        generator_widths: The channels of the generator at full size, at half of it, …; the last
            also applies to all smaller sizes.
        discriminator_widths: The channels of the discriminator's blocks that get images of full
            size, of half of it, …; the last also applies to all smaller sizes.
        generator_norm: Whether the generator has batch normalisation.
        attention: The size, in pixels, of the feature maps with self-attention in both networks,
            as in SAGAN (Zhang et al. 2019, arXiv:1805.08318); 0 for none.
        conditional: Whether the networks get the labels: one-hot, joined to their input
            (arXiv:1411.1784), or by `projection` (arXiv:1802.05637), with a gain and a bias for
            each class in the generator's batch normalisation (arXiv:1610.07629)
            or, without it, an embedding of the label beside the noise.
            With `attributes` they get the data's attributes instead, joined to their input; the
            discriminator also projects its features on them.

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The images' size, the widths or the size of the attention do not fit, or the
            data has no labels or attributes.
    """
    made, judged = block_widths(spec, "resnet", generator_widths, discriminator_widths, attention)
    noise, images = inputs(spec, latent, conditional)
    return {
        "generator": _generator(noise, made, spec.shape[-1], generator_norm, attention),
        "discriminator": discriminator(images, judged, attention),
    }


def _generator(
    noise: LabelledInput, widths: Mapping[Size, int], channels: int, norm: bool, attention: int
) -> keras.Model:
    def activate(x: Any) -> Any:
        return keras.layers.ReLU()(noise.normalise(x, 0.9) if norm else x)

    z = noise.join() if norm else noise.join_embedded()
    x = grow(z, widths, repeat(activate), attention)
    return noise.generator(layers.Conv2D(channels, 3, padding="same")(activate(x)))
