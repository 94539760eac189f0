"""BigGAN: residual networks in which every block gets the class and a part of the noise."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import keras
from keras import ops

import gankit
from gankit import layers
from gankit_standard.attention import Attention
from gankit_standard.doubling_sizes import Size, Widths
from gankit_standard.labels import LabelledInput, inputs
from gankit_standard.residual import block_widths, discriminator, grow
from gankit_standard.stabilizers.network_layers import KERNELS


def biggan(
    spec: gankit.DataSpec,
    latent: gankit.Count = 20,
    embedding: gankit.Count = 128,
    generator_widths: Widths = (256,),
    discriminator_widths: Widths = (128,),
    attention: Attention = 0,
) -> dict[str, keras.Model]:
    """Class-conditional residual networks (BigGAN, Brock et al. 2019, arXiv:1809.11096).

    The blocks are those of `resnet`. The noise is split into parts. A dense layer turns the first
    part into the first feature map, and each block gets one of the other parts. In a block, the
    gain and the bias of batch normalisation are linear in this part and in an embedding of the
    label, which all blocks share. The discriminator uses the label by projection
    (arXiv:1802.05637). All kernels are initialised as orthogonal matrices (arXiv:1312.6120). Use it
    with the loss `hinge` and the stabilizers `spectral-norm` (`network = "both"`), `orthogonal` and
    `ema`, and sample with `--truncation`.

    Args:
        spec: Images of 16 to 256 pixels that halve down to 4 to 7 pixels, with labels.
        latent: The size of each part of the noise; there is one more part than blocks.
        embedding: The size of the shared embedding of the label.
        generator_widths: The channels of the generator at full size, at half of it, …; the last
            also applies to all smaller sizes.
        discriminator_widths: The channels of the discriminator's blocks that get images of full
            size, of half of it, …; the last also applies to all smaller sizes.
        attention: The size, in pixels, of the feature maps with self-attention in both networks,
            as in SAGAN (arXiv:1805.08318); 0 for none.

    Returns:
        generator: From noise (batch, latent · parts) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The images' size, the widths or the size of the attention do not fit, or the
            data has no labels.
    """
    made, judged = block_widths(spec, "biggan", generator_widths, discriminator_widths, attention)
    _check_labels(spec)
    noise, images = inputs(spec, latent * len(made), "projection")
    return {
        "generator": _orthogonal(_generator(noise, made, spec.shape[-1], embedding, attention)),
        "discriminator": _orthogonal(discriminator(images, judged, attention)),
    }


def _generator(
    noise: LabelledInput, widths: Mapping[Size, int], channels: int, embedding: int, attention: int
) -> keras.Model:
    z, *parts = ops.split(noise.join(), len(widths), axis=1)
    label = noise.embed(embedding)
    conditions = (keras.layers.Concatenate()([label, part]) for part in parts)
    activations = (partial(_activate, condition=condition) for condition in conditions)
    x = grow(z, widths, activations, attention)
    x = keras.layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    return noise.generator(layers.Conv2D(channels, 3, padding="same")(x))


def _activate(x: Any, condition: Any) -> Any:
    """Return relu(gain · x̂ + bias), where x̂ is x after batch normalisation.

    gain − 1 and bias are linear in the condition (batch, size).
    """
    x = layers.BatchNormalization(momentum=0.9, center=False, scale=False)(x)
    channels = x.shape[-1]
    gain, bias = (
        keras.layers.Reshape((1, 1, channels))(linear(condition))
        for linear in (keras.layers.Dense(channels, use_bias=False) for _ in range(2))
    )
    return keras.layers.ReLU()((1 + gain) * x + bias)


def _orthogonal(network: keras.Model) -> keras.Model:
    """Return the network with orthogonal kernels, in place."""
    for layer in network.layers:
        if isinstance(layer, KERNELS):
            layer.kernel.assign(keras.initializers.Orthogonal()(layer.kernel.shape))
    return network


def _check_labels(spec: gankit.DataSpec) -> None:
    if not spec.classes:
        raise gankit.GankitError(
            "biggan needs labels, and the dataset has none",
            "choose a dataset with classes, such as sub-folders, or the architecture resnet",
        )
