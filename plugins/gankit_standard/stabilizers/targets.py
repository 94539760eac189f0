"""Changes to the discriminator's targets, which never leave [0, 1]."""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

from keras import ops

import gankit
from gankit_standard.option_types import Fraction


class LabelSmoothing(gankit.Stabilizer):
    """One-sided label smoothing: the target of real images is 1 − amount, of generated ones 0.

    Args:
        amount: By how much the target of real images is reduced.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.4.
    """

    def __init__(self, amount: Fraction = 0.1):
        self.amount = amount

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Return the targets, those of real images multiplied by 1 − amount."""
        return gankit.Targets(targets.real * (1 - self.amount), targets.fake)

    def incompatibilities(self, gan: gankit.GAN) -> Iterable[gankit.Incompatibility]:
        """Return an incompatibility if the loss uses no targets, or this part is listed twice."""
        return _incompatibilities("label-smoothing", self, gan) if self.amount else ()


class LabelNoise(gankit.Stabilizer):
    """Uniform noise on the targets, inward, so that they stay in [0, 1].

    With targets outside of [0, 1], the cross-entropy has no lower bound.

    Args:
        amount: The largest change of a target, towards the opposite one.

    Reference:
        Chintala et al. 2016, How to Train a GAN?, workshop at NIPS, tip 6, with outward noise too.
    """

    def __init__(self, amount: Fraction = 0.1):
        self.amount = amount

    def prepare(self, gan: gankit.GAN) -> None:
        """Keep the game's seed."""
        self.seed = gan.seed

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Return lower real and higher generated targets, each by its own draw."""
        if not self.amount:
            return targets
        real, fake = self._noise(targets.real), self._noise(targets.fake)
        return gankit.Targets(targets.real * (1 - real), targets.fake * (1 - fake) + fake)

    def incompatibilities(self, gan: gankit.GAN) -> Iterable[gankit.Incompatibility]:
        """Return an incompatibility if the loss uses no targets, or this part is listed twice."""
        return _incompatibilities("label-noise", self, gan) if self.amount else ()

    def _noise(self, targets: Any) -> Any:
        return gankit.random.uniform(ops.shape(targets), 0.0, self.amount, seed=self.seed)


class LabelFlipping(gankit.Stabilizer):
    """Flips some targets at random: t becomes 1 − t.

    Args:
        probability: The probability that a target is flipped.

    Reference:
        Chintala et al. 2016, How to Train a GAN?, workshop at NIPS, tip 6.
    """

    def __init__(self, probability: Fraction = 0.05):
        self.probability = probability

    def prepare(self, gan: gankit.GAN) -> None:
        """Keep the game's seed."""
        self.seed = gan.seed

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Return the targets, some of them flipped."""
        if not self.probability:
            return targets
        return gankit.Targets(self._flipped(targets.real), self._flipped(targets.fake))

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield an incompatibility if targets are not used, changed twice, or mostly wrong."""
        if self.probability:
            yield from _incompatibilities("label-flipping", self, gan)
        if self.probability >= 0.5:
            yield gankit.Incompatibility(
                "label-flipping makes at least half of the targets wrong. "
                f"Received: probability = {self.probability}",
                "lower the probability; 0.05 is usual",
            )

    def _flipped(self, targets: Any) -> Any:
        draw = gankit.random.uniform(ops.shape(targets), seed=self.seed)
        return ops.where(draw < self.probability, 1 - targets, targets)


class TargetClipping(gankit.Stabilizer):
    """Clips the targets to [low, high], after stabilizers that move them beyond.

    With targets outside of [0, 1], the cross-entropy has no lower bound. List it last.

    Args:
        low: The lowest target.
        high: The highest target.
    """

    def __init__(self, low: Fraction = 0.0, high: Fraction = 1.0):
        self.low = low
        self.high = high

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Return the clipped targets."""
        real, fake = (ops.clip(x, self.low, self.high) for x in (targets.real, targets.fake))
        return gankit.Targets(real, fake)


def _incompatibilities(
    name: str, part: gankit.Stabilizer, gan: gankit.GAN
) -> Iterator[gankit.Incompatibility]:
    loss = gan.game
    if isinstance(loss, gankit.AdversarialLoss) and not _uses_targets(loss):
        yield gankit.Incompatibility(
            f"{name} has no effect: the loss, {type(loss).__name__}, uses no targets",
            "leave it out, or choose a loss that uses them: bce, minimax or least-squares",
        )
    if sum(type(other) is type(part) for other in gan.stabilizers) > 1:
        yield gankit.Incompatibility(
            f"{name} is listed more than once, and each changes the targets of the one before",
            "keep only one of them",
        )


def _uses_targets(loss: gankit.AdversarialLoss) -> bool:
    formulas = (loss.discriminator, loss.generator)
    return any("targets" in inspect.signature(formula).parameters for formula in formulas)
