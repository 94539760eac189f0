"""A discriminator's answers, and what they should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from keras import ops

from gankit.game.networks import DISCRIMINATOR

Tensor = Any
Side = Literal["real", "fake"]


@dataclass(frozen=True)
class Targets:
    """What the discriminator should answer, between 0 (generated) and 1 (real).

    Args:
        real: For the real images, (batch, 1).
        fake: For the generated images, (batch, 1).
    """

    real: Tensor
    fake: Tensor

    def cross_entropy(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the cross-entropy of logits, averaged over real and generated images."""
        return (cross_entropy(real, self.real) + cross_entropy(fake, self.fake)) / 2


def cross_entropy(logits: Tensor, targets: Tensor | float) -> Tensor:
    """Return the binary cross-entropy of logits, averaged over all of them.

    Args:
        logits: Of any shape.
        targets: Between 0 and 1: a number, or a tensor of the same shape.
    """
    targets = ops.ones_like(logits) * targets
    return ops.mean(ops.binary_crossentropy(targets, logits, from_logits=True))


@dataclass(frozen=True)
class Judgment:
    """A discriminator's answers to real and generated images, computed on first access.

    Args:
        judge: The discriminator as a function of images alone: applies the stabilizers' views and
            returns logits (batch, 1) in float32.
        real_images: (batch, height, width, channels).
        fake_images: (batch, height, width, channels).
        retarget: The stabilizers' changes to the targets.
        name: Of the discriminator.
        judge_fake: `judge` with the other inputs of the generated images; `judge` if left out.
        weigh: The stabilizers' weights: takes a side, `real` or `fake`, and its logits.
    """

    judge: Callable[[Tensor], Tensor]
    real_images: Tensor
    fake_images: Tensor
    retarget: Callable[[Targets], Targets]
    name: str = DISCRIMINATOR
    judge_fake: Callable[[Tensor], Tensor] | None = None
    weigh: Callable[[Side, Tensor], Tensor] | None = None

    def judge_of(self, side: Side) -> Callable[[Tensor], Tensor]:
        """Return the discriminator as a function of real or of generated images alone."""
        return self.judge_fake if side == "fake" and self.judge_fake else self.judge

    @cached_property
    def real(self) -> Tensor:
        """The logits of the real images, (batch, 1)."""
        return self._weighed("real", self.judge(self.real_images))

    @cached_property
    def fake(self) -> Tensor:
        """The logits of the generated images, (batch, 1)."""
        return self._weighed("fake", self.judge_of("fake")(self.fake_images))

    @cached_property
    def targets(self) -> Targets:
        """What the discriminator should answer: 1 and 0, as the stabilizers change them."""
        return self.retarget(Targets(ops.ones_like(self.real), ops.zeros_like(self.fake)))

    def _weighed(self, side: Side, logits: Tensor) -> Tensor:
        return logits if self.weigh is None else self.weigh(side, logits)
