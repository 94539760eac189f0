"""Adversarial losses: two formulas each, over the discriminator's logits (batch, 1)."""

import math
from collections.abc import Iterator
from typing import Any, ClassVar

from keras import ops

import gankit


class Bce(gankit.AdversarialLoss):
    """Binary cross-entropy with the non-saturating generator, from logits.

    The discriminator minimises the mean of −log D(x) and −log(1 − D(G(z))), the generator −log
    D(G(z)), whose gradient does not vanish as that of the minimax form log(1 − D(G(z))) does.
    Stabilizers may change the discriminator's targets.

    Reference:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv:1406.2661.
    """

    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = math.log(2)
    lost: ClassVar[float | None] = 2.5

    def discriminator(self, real: Any, fake: Any, targets: gankit.Targets) -> Any:
        """Return the cross-entropy, averaged over real and generated images."""
        return targets.cross_entropy(real, fake)

    def generator(self, fake: Any) -> Any:
        """Return the mean of −log D(G(z))."""
        return gankit.cross_entropy(fake, 1.0)


class Minimax(gankit.AdversarialLoss):
    """The minimax game: the generator minimises what the discriminator maximises.

    V = E[log D(x)] + E[log(1 − D(G(z)))]. The generator's gradient vanishes when the discriminator
    is confident; `bce` avoids that.

    Reference:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv:1406.2661, equation 1.
    """

    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = math.log(2)

    def discriminator(self, real: Any, fake: Any, targets: gankit.Targets) -> Any:
        """Return −V / 2, the cross-entropy, averaged over real and generated images."""
        return targets.cross_entropy(real, fake)

    def generator(self, fake: Any) -> Any:
        """Return E[log(1 − D(G(z)))]."""
        return -gankit.cross_entropy(fake, 0.0)


class LeastSquares(gankit.AdversarialLoss):
    """Least squares between the discriminator's scores and the targets 1 and 0.

    The discriminator minimises ½ (E[(D(x) − 1)²] + E[D(G(z))²]), the generator ½ E[(D(G(z)) − 1)²].

    Reference:
        Mao et al. 2017, Least Squares Generative Adversarial Networks, arXiv:1611.04076, eq. 9.
    """

    boundary: ClassVar[float | None] = 0.5
    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = 0.25
    lost: ClassVar[float | None] = 0.4

    def discriminator(self, real: Any, fake: Any, targets: gankit.Targets) -> Any:
        """Return half the squared distance of both scores from their targets."""
        distance = ops.square(real - targets.real) + ops.square(fake - targets.fake)
        return ops.mean(distance) / 2

    def generator(self, fake: Any) -> Any:
        """Return half the squared distance of the score from 1."""
        return ops.mean(ops.square(fake - 1)) / 2


class Hinge(gankit.AdversarialLoss):
    """The hinge loss: scores beyond a margin of 1 do not count.

    The discriminator minimises E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))], the generator
    −E[D(G(z))].

    Reference:
        Lim & Ye 2017, Geometric GAN, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957.
    """

    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = 2.0
    lost: ClassVar[float | None] = 2.5

    def discriminator(self, real: Any, fake: Any) -> Any:
        """Return E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))]."""
        return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))

    def generator(self, fake: Any) -> Any:
        """Return −E[D(G(z))]."""
        return -ops.mean(fake)


class Relativistic(gankit.AdversarialLoss):
    """Relativistic pairing: compares each real image with a generated one.

    The discriminator minimises E[softplus(D(G(z)) − D(x))], the generator E[softplus(D(x) −
    D(G(z)))], over pairs. With `r1` and `r2` it is the loss of R3GAN.

    Reference:
        Jolicoeur-Martineau 2018, The Relativistic Discriminator, arXiv:1807.00734; Huang et al.
        2024, The GAN Is Dead; Long Live the GAN!, arXiv:2501.05441, equation 2.
    """

    boundary: ClassVar[float | None] = None
    floor: ClassVar[float | None] = 0.0
    chance: ClassVar[float | None] = math.log(2)

    def discriminator(self, real: Any, fake: Any) -> Any:
        """Return the mean of softplus(D(G(z)) − D(x)) over pairs."""
        return ops.mean(ops.softplus(fake - real))

    def generator(self, real: Any, fake: Any) -> Any:
        """Return the mean of softplus(D(x) − D(G(z))) over pairs."""
        return ops.mean(ops.softplus(real - fake))


class Wasserstein(gankit.AdversarialLoss):
    """The Wasserstein distance, estimated by a critic.

    The critic minimises E[D(G(z))] − E[D(x)], the generator −E[D(G(z))]. The critic's slope must be
    bounded: combine the loss with `gradient-penalty` or `weight-clipping`.

    Reference:
        Arjovsky et al. 2017, Wasserstein GAN, arXiv:1701.07875.
    """

    boundary: ClassVar[float | None] = None

    def discriminator(self, real: Any, fake: Any) -> Any:
        """Return E[D(G(z))] − E[D(x)], minus the estimated distance."""
        return ops.mean(fake) - ops.mean(real)

    def generator(self, fake: Any) -> Any:
        """Return −E[D(G(z))]."""
        return -ops.mean(fake)

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield an incompatibility unless a stabilizer is known to bound the critic's slope."""
        if not any(stabilizer.bounds_slope for stabilizer in gan.stabilizers):
            yield gankit.Incompatibility(
                "wasserstein is unbounded unless the slope of the discriminator is bounded, and no "
                "stabilizer here is known to do that",
                "add gradient-penalty, and set discriminator_norm = false in [architecture]",
            )
