"""The losses: two formulas each, over the discriminator's logits (batch, 1)."""

import math
from collections.abc import Iterator
from typing import ClassVar

from keras import ops

import gankit
from gankit_standard.stabilizers import SpectralNorm, WeightClipping
from gankit_standard.stabilizers.penalties import Dragan, Flat, GradientPenalty


class Bce(gankit.AdversarialLoss):
    """Binary cross-entropy with the non-saturating generator, from logits.

    The discriminator minimises the mean of −log D(x) and −log(1 − D(G(z))), the generator −log
    D(G(z)), which has a gradient where the minimax form log(1 − D(G(z))) has none. The targets of
    the discriminator may be softened by stabilizers.

    Reference:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv:1406.2661.
    """

    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = math.log(2)
    lost: ClassVar[float | None] = 2.5

    def discriminator(self, real, fake, targets):
        """Return the mean cross-entropy of real and generated images, averaged over both."""
        return (_cross_entropy(real, targets.real) + _cross_entropy(fake, targets.fake)) / 2

    def generator(self, fake):
        """Return the mean cross-entropy of generated images with the answer "real"."""
        return _cross_entropy(fake, ops.ones_like(fake))


class Minimax(gankit.AdversarialLoss):
    """The minimax game: the generator minimises what the discriminator maximises.

    V = E[log D(x)] + E[log(1 − D(G(z)))]. The generator's gradient vanishes where the discriminator
    is sure: `bce` is the same game without that.

    Reference:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv:1406.2661, equation 1.
    """

    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = math.log(2)

    def discriminator(self, real, fake, targets):
        """Return −V / 2, the cross-entropy averaged over real and generated images."""
        return (_cross_entropy(real, targets.real) + _cross_entropy(fake, targets.fake)) / 2

    def generator(self, fake):
        """Return E[log(1 − D(G(z)))]."""
        return -_cross_entropy(fake, ops.zeros_like(fake))


class LeastSquares(gankit.AdversarialLoss):
    """Least squares between the discriminator's scores and the targets 1 and 0.

    Half of E[(D(x) − 1)²] + E[D(G(z))²] against half of E[(D(G(z)) − 1)²].

    Reference:
        Mao et al. 2017, Least Squares Generative Adversarial Networks, arXiv:1611.04076, equation
        9.
    """

    boundary: ClassVar[float | None] = 0.5
    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = 0.25
    lost: ClassVar[float | None] = 0.4

    def discriminator(self, real, fake, targets):
        """Return half the squared distance of both scores from their targets."""
        distance = ops.square(real - targets.real) + ops.square(fake - targets.fake)
        return ops.mean(distance) / 2

    def generator(self, fake):
        """Return half the squared distance of the score from 1."""
        return ops.mean(ops.square(fake - 1)) / 2


class Hinge(gankit.AdversarialLoss):
    """The hinge loss: scores beyond a margin of 1 no longer count.

    E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))] against −E[D(G(z))].

    Reference:
        Lim & Ye 2017, Geometric GAN, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957.
    """

    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = 2.0
    lost: ClassVar[float | None] = 2.5

    def discriminator(self, real, fake):
        """Return how far real scores are below 1 and generated ones above −1."""
        return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))

    def generator(self, fake):
        """Return −E[D(G(z))]."""
        return -ops.mean(fake)


class Relativistic(gankit.AdversarialLoss):
    """Relativistic pairing: how much more real a real image is than a generated one.

    E[softplus(D(G(z)) − D(x))] against E[softplus(D(x) − D(G(z)))], over pairs. With `r1` and `r2`
    it is the loss of R3GAN.

    Reference:
        Jolicoeur-Martineau 2018, The Relativistic Discriminator, arXiv:1807.00734; Huang et al.
        2024, The GAN Is Dead; Long Live the GAN!, arXiv:2501.05441, equation 2.
    """

    boundary: ClassVar[float | None] = None
    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = math.log(2)

    def discriminator(self, real, fake):
        """Return the mean of softplus(D(G(z)) − D(x)) over pairs."""
        return ops.mean(ops.softplus(fake - real))

    def generator(self, real, fake):
        """Return the mean of softplus(D(x) − D(G(z))) over pairs."""
        return ops.mean(ops.softplus(real - fake))


class Wasserstein(gankit.AdversarialLoss):
    """The Wasserstein critic: how far apart the mean scores of real and generated images are.

    It needs a critic with a bounded slope: combine it with `gradient-penalty` or weight clipping.

    Reference:
        Arjovsky et al. 2017, Wasserstein GAN, arXiv:1701.07875.
    """

    boundary: ClassVar[float | None] = None

    def discriminator(self, real, fake):
        """Return E[D(G(z))] − E[D(x)], the negative of the estimated distance."""
        return ops.mean(fake) - ops.mean(real)

    def generator(self, fake):
        """Return −E[D(G(z))]."""
        return -ops.mean(fake)

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield an incompatibility where no stabilizer that gankit knows of bounds the slope."""
        if not any(map(_bounds_the_slope, gan.stabilizers)):
            yield gankit.Incompatibility(
                "wasserstein has no lower bound unless the slope of the discriminator has an upper "
                "one, and no stabilizer here is known to give it",
                "add gradient-penalty, and set discriminator_norm = false in [architecture]",
            )


def _bounds_the_slope(stabilizer: gankit.Stabilizer) -> bool:
    match stabilizer:
        case GradientPenalty() | Dragan():
            return stabilizer.weight > 0
        case Flat():
            return stabilizer.gamma > 0
        case SpectralNorm():
            return "discriminator" in stabilizer.players
    return isinstance(stabilizer, WeightClipping)


def _cross_entropy(logits, targets):
    """Return the mean of −t log σ(l) − (1 − t) log(1 − σ(l)), finite at any logit."""
    return ops.mean(ops.softplus(logits) - targets * logits)
