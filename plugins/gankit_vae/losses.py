"""The losses of a variational autoencoder, alone and with a discriminator."""

from typing import Annotated, Any, ClassVar

from keras import ops
from pydantic import Field

import gankit

Strength = Annotated[float, Field(ge=0)]


class Vae(gankit.Loss):
    """The evidence lower bound: reconstructs images from codes, and makes codes look like noise.

    The encoder and the generator minimise E[½ ‖x − G(z)‖² + β · KL(q(z|x) ‖ N(0, I))], where z is
    drawn from q(z|x), a normal distribution whose mean and variance the encoder computes. With
    β = 1 this is the negative bound for pixels of variance 1, up to a constant.

    Args:
        beta: The weight of the KL divergence; pixels of variance σ² correspond to β = σ².

    Reference:
        Kingma & Welling 2014, Auto-Encoding Variational Bayes, arXiv:1312.6114; Higgins et al.
        2017, β-VAE.
    """

    players: ClassVar = {"generator": ("encoder", "generator")}

    def __init__(self, beta: Strength = 1.0):
        self.beta = beta

    def __call__(self, turn: gankit.Turn) -> Any:
        """Return the negative evidence lower bound, averaged over the batch."""
        images = turn.batch["images"]
        mean, log_variance = encoded(turn)
        made = turn.generate("generator", drawn(turn, mean, log_variance))
        return half_square(images - made) + self.beta * kl_from_noise(mean, log_variance)


class VaeGan(gankit.Loss):
    """A VAE that compares images by the features of a discriminator, which also judges them.

    Let L = E[½ ‖f(x) − f(G(z))‖²] for features f of the discriminator. The encoder minimises
    KL + L. The generator minimises γ · L − E[log D(G(z))] − E[log D(G(n))], where n is noise. The
    discriminator minimises the cross-entropy of its logits. Half of the weight is on real images,
    the other half on reconstructed and generated ones. In the paper, the generator minimises
    E[log(1 − D)] instead of −E[log D].

    Args:
        gamma: The weight of L for the generator.

    Reference:
        Larsen et al. 2016, Autoencoding beyond pixels using a learned similarity metric,
        arXiv:1512.09300, algorithm 1.
    """

    players: ClassVar = {
        "discriminator": ("discriminator",),
        "encoder": ("encoder",),
        "generator": ("generator",),
    }
    boundary: ClassVar[float | None] = 0.0

    def __init__(self, gamma: Strength = 1e-3):
        self.gamma = gamma

    def __call__(self, turn: gankit.Turn) -> Any:
        """Judge reconstructed and generated images, and return the player's loss."""
        images = turn.batch["images"]
        mean, log_variance = encoded(turn)
        # called as it is, because the encoder learns through the generator
        restored = turn.once(
            "restored",
            lambda: turn.networks["generator"](drawn(turn, mean, log_variance), training=True),
        )
        fakes = restored, turn.generate("generator")
        judgments = [turn.judge("discriminator", images, fake) for fake in fakes]
        if turn.player == "discriminator":
            return sum(j.targets.cross_entropy(j.real, j.fake) for j in judgments) / 2
        features = turn.networks["features"]
        likeness = half_square(turn.look(features, images) - turn.look(features, restored))
        if turn.player == "encoder":
            return kl_from_noise(mean, log_variance) + likeness
        return self.gamma * likeness + sum(gankit.cross_entropy(j.fake, 1.0) for j in judgments)


def encoded(turn: gankit.Turn) -> tuple[Any, Any]:
    """Return the means and log variances of the codes of the batch, (batch, latent) each."""
    mean, log_variance = ops.split(turn.generate("encoder", turn.batch["images"]), 2, axis=-1)
    return mean, log_variance


def drawn(turn: gankit.Turn, mean: Any, log_variance: Any) -> Any:
    """Return codes drawn from normal distributions, (batch, latent)."""
    noise = gankit.random.normal(ops.shape(mean), seed=turn.seed)
    return mean + ops.exp(log_variance / 2) * noise


def kl_from_noise(mean: Any, log_variance: Any) -> Any:
    """Return KL(N(mean, variance) ‖ N(0, I)), summed over the code, averaged over the batch."""
    terms = ops.square(mean) + ops.exp(log_variance) - log_variance - 1
    return ops.mean(ops.sum(terms, axis=-1)) / 2


def half_square(difference: Any) -> Any:
    """Return ½ ‖difference‖², summed over all axes but the first, averaged over the batch."""
    squares = ops.square(ops.cast(difference, "float32"))
    return ops.mean(ops.sum(squares, axis=tuple(range(1, len(squares.shape))))) / 2
