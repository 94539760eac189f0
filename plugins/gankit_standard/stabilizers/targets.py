"""Changes to what the discriminator is asked to answer; no target ever leaves [0, 1]."""

import inspect
from collections.abc import Iterable, Iterator

import keras
from keras import ops

import gankit
from gankit_standard.stabilizers.ranges import Share


class LabelSmoothing(gankit.Stabilizer):
    """One-sided label smoothing: the answer to real images is 1 − amount, to generated ones 0.

    Args:
        amount: How far the answer for real images is below 1.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.4.
    """

    def __init__(self, amount: Share = 0.1):
        self.amount = amount

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Lower the targets of real images towards 0 by the amount."""
        return gankit.Targets(targets.real * (1 - self.amount), targets.fake)

    def incompatibilities(self, gan: gankit.GAN) -> Iterable[gankit.Incompatibility]:
        """Return why the targets are not asked for, or are changed twice."""
        return _incompatibilities("label-smoothing", self, gan) if self.amount else ()


class LabelNoise(gankit.Stabilizer):
    """Uniform noise on the targets, inward: they never leave [0, 1].

    A target outside [0, 1] makes the cross-entropy unbounded below.

    Args:
        amount: The largest distance of a target from where it was, towards the other end.

    Reference:
        Chintala et al. 2016, How to Train a GAN? Tips and tricks to make GANs work, point 6, a talk
        at NIPS 2016; there the noise goes outward too.
    """

    def __init__(self, amount: Share = 0.1):
        self.amount = amount

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed."""
        self.seed = gan.seed

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Move real targets down and generated ones up, each by its own draw."""
        if not self.amount:
            return targets
        real, fake = self._noise(targets.real), self._noise(targets.fake)
        return gankit.Targets(targets.real * (1 - real), targets.fake * (1 - fake) + fake)

    def incompatibilities(self, gan: gankit.GAN) -> Iterable[gankit.Incompatibility]:
        """Return why the targets are not asked for, or are changed twice."""
        return _incompatibilities("label-noise", self, gan) if self.amount else ()

    def _noise(self, targets):
        shape = ops.shape(targets)
        return keras.random.uniform(shape, 0.0, self.amount, dtype="float32", seed=self.seed)


class LabelFlipping(gankit.Stabilizer):
    """Now and then asks the discriminator for the opposite: a target t becomes 1 − t.

    Args:
        probability: Of each target to be flipped.

    Reference:
        Chintala et al. 2016, How to Train a GAN?, workshop at NIPS, tip 6.
    """

    def __init__(self, probability: Share = 0.05):
        self.probability = probability

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed."""
        self.seed = gan.seed

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Flip a share of the real targets and a share of the generated ones."""
        if not self.probability:
            return targets
        return gankit.Targets(self._flipped(targets.real), self._flipped(targets.fake))

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield why the targets are not asked for, are changed twice, or tell nothing."""
        if self.probability:
            yield from _incompatibilities("label-flipping", self, gan)
        if self.probability >= 0.5:
            yield gankit.Incompatibility(
                "label-flipping asks for the wrong answer as often as for the right one, from a "
                f"probability of 0.5 on. Received: {self.probability}",
                "lower its probability; 0.05 is usual",
            )

    def _flipped(self, targets):
        draw = keras.random.uniform(ops.shape(targets), dtype="float32", seed=self.seed)
        return ops.where(draw < self.probability, 1 - targets, targets)


def _incompatibilities(
    name: str, part: gankit.Stabilizer, gan: gankit.GAN
) -> Iterator[gankit.Incompatibility]:
    """Yield why a part that changes targets does nothing, or does it twice."""
    loss = gan.game
    if isinstance(loss, gankit.AdversarialLoss) and not _asks_for_targets(loss):
        yield gankit.Incompatibility(
            f"{name} does nothing: the loss, {type(loss).__name__}, asks for no targets",
            "leave it out, or choose a loss that does: bce, minimax or least-squares",
        )
    if sum(type(other) is type(part) for other in gan.stabilizers) > 1:
        yield gankit.Incompatibility(
            f"{name} is in the recipe more than once, each on what the one before has changed",
            "leave one of them in",
        )


def _asks_for_targets(loss: gankit.AdversarialLoss) -> bool:
    formulas = (loss.discriminator, loss.generator)
    return any("targets" in inspect.signature(formula).parameters for formula in formulas)
