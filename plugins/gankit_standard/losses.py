"""The losses: two formulas each, over the discriminator's logits (batch, 1)."""

from typing import ClassVar

from keras import ops

import gankit


class Bce(gankit.AdversarialLoss):
    """Binary cross-entropy with the non-saturating generator, from logits.

    The discriminator minimises the mean of −log D(x) and −log(1 − D(G(z))), the generator −log
    D(G(z)), which has a gradient where the minimax form log(1 − D(G(z))) has none. The targets of
    the discriminator may be softened by stabilizers.

    Reference:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv:1406.2661.
    """

    def discriminator(self, real, fake, targets):
        """Return the mean cross-entropy of real and generated images, averaged over both."""
        return (_cross_entropy(real, targets.real) + _cross_entropy(fake, targets.fake)) / 2

    def generator(self, fake):
        """Return the mean cross-entropy of generated images with the answer "real"."""
        return _cross_entropy(fake, ops.ones_like(fake))


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


def _cross_entropy(logits, targets):
    """Return the mean of −t log σ(l) − (1 − t) log(1 − σ(l)), finite at any logit."""
    return ops.mean(ops.softplus(logits) - targets * logits)
