"""Changes to what the discriminator is asked to answer; no target ever leaves [0, 1]."""

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


class LabelNoise(gankit.Stabilizer):
    """Uniform noise on the targets, inward: they never leave [0, 1].

    A target outside [0, 1] makes the cross-entropy unbounded below.

    Args:
        amount: The largest distance of a target from where it was, towards the other end.
    """

    def __init__(self, amount: Share = 0.1):
        self.amount = amount

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed."""
        self.seed = gan.seed

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Move real targets down and generated ones up, each by its own draw."""
        real, fake = self._noise(targets.real), self._noise(targets.fake)
        return gankit.Targets(targets.real * (1 - real), targets.fake * (1 - fake) + fake)

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

    def _flipped(self, targets):
        draw = keras.random.uniform(ops.shape(targets), dtype="float32", seed=self.seed)
        return ops.where(draw < self.probability, 1 - targets, targets)
