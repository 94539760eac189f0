"""The loss of GAT: pairs of real and generated images at several levels of noise."""

from typing import Annotated, Any, ClassVar

import numpy as np
from keras import ops
from pydantic import Field

import gankit


class Gat(gankit.Loss):
    """Relativistic pairs: noisy samples at all levels against noisy copies of a real image.

    At each level, the discriminator sees (1 − t) · image + t · ε with noise ε. From the first level
    to the last, t falls exponentially from 1 − `signal` to 0, so early levels need to match only
    coarse structure. The discriminator minimises E[softplus(D(G(z)) − D(x))], the generator
    E[softplus(D(x) − D(G(z)))]. In the paper, the noise of one level contains that of the next;
    here, each level draws its own noise.

    Args:
        signal: The fraction of an image that is left at the first level.

    Reference:
        Hyun et al. 2025, Scalable GANs with Transformers, arXiv:2509.24935, section on multi-level
        noise-perturbed guidance.
    """

    players: ClassVar = {"discriminator": ("discriminator",), "generator": ("generator",)}

    def __init__(self, signal: Annotated[float, Field(gt=0, le=1)] = 0.125):
        self.signal = signal

    def __call__(self, turn: gankit.Turn) -> Any:
        """Judge noisy images of all levels, and return the player's loss."""
        images = turn.batch["images"]
        channels = turn.networks["levels"].outputs[0].shape[-1]
        copies = channels // images.shape[-1]
        real = turn.once(
            "real", lambda: self._noisy(ops.concatenate([images] * copies, axis=-1), copies, turn)
        )
        fake = turn.once(
            "fake",
            lambda: self._noisy(turn.generate("levels", turn.noise("generator")), copies, turn),
        )
        judgment = turn.judge("discriminator", real, fake)
        sign = 1 if turn.player == "discriminator" else -1
        return ops.mean(ops.softplus(sign * (judgment.fake - judgment.real)))

    def _noisy(self, images: Any, levels: int, turn: gankit.Turn) -> Any:
        """Return images of all levels (batch, …, levels · channels) with noise."""
        amount = np.repeat(noise_of(levels, self.signal), images.shape[-1] // levels)
        amount = ops.convert_to_tensor(amount.astype("float32"))
        noise = gankit.random.normal(ops.shape(images), seed=turn.seed)
        return (1 - amount) * images + amount * noise


def noise_of(levels: int, signal: float) -> np.ndarray:
    """Return the amount of noise at each level, from 1 − signal to 0, (levels,)."""
    left = np.linspace(1, 0, levels) if levels > 1 else np.zeros(1)
    return 1 - signal**left
