"""Fading new layers in."""

from typing import Annotated, Any

import keras
from keras import ops
from pydantic import Field

import gankit


class FadeIn(gankit.Stabilizer):
    """Fades in the new layers of growing networks over the first steps of a stage.

    In the architecture `progressive` with `fade = true`, both networks mix (1 − α) · old + α · new,
    and α grows linearly from 0 to 1. Networks without such a mixture stay as they are.

    Args:
        steps: The number of steps until only the new layers are left.

    Reference:
        Karras et al. 2018, Progressive Growing of GANs, arXiv:1710.10196, section 2 and figure 2.
    """

    def __init__(self, steps: Annotated[int, Field(ge=0)] = 1000):
        self.steps = steps

    def prepare(self, gan: gankit.GAN) -> None:
        """Start with the old path alone."""
        networks = gan.networks.values()
        self.mixtures = [x for net in networks for x in net.layers if isinstance(x, Mixture)]
        for mixture in self.mixtures if self.steps else ():
            mixture.alpha.assign(0.0)

    def after(self, player: str, gan: gankit.GAN) -> None:
        """Move α towards 1."""
        for mixture in self.mixtures if self.steps else ():
            alpha = ops.cast(gan.steps.value + 1, "float32") / self.steps
            mixture.alpha.assign(ops.minimum(alpha, 1.0))


@keras.saving.register_keras_serializable(package="gankit_progressive")
class Mixture(gankit.layers.Portable):
    """Mixes an old and a new path, (1 − α) · old + α · new; α is 1 unless `fade-in` moves it."""

    def build(self, shapes: Any) -> None:
        """Create α, a scalar."""
        self.alpha = self.add_weight(
            (), "ones", "float32", trainable=False, autocast=False, name="alpha"
        )

    def call(self, inputs: Any) -> Any:
        """Return the mixture of two tensors of one shape."""
        old, new = inputs
        alpha = ops.cast(self.alpha.value, new.dtype)
        return (1 - alpha) * old + alpha * new

    def plain(self, inputs: Any) -> Any:
        """Return the same with α fixed."""
        old, new = inputs
        alpha = float(ops.convert_to_numpy(self.alpha))
        scaled = keras.layers.Rescaling(1 - alpha)(old), keras.layers.Rescaling(alpha)(new)
        return keras.layers.Add()(scaled)
