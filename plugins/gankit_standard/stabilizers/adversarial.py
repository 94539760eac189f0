"""Images perturbed to deceive the discriminator, for it to learn from."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from keras import ops

import gankit
from gankit_standard.option_types import Strength


class AdversarialPerturbation(gankit.Stabilizer):
    """Trains the discriminator on adversarial examples too.

    Adds weight · the discriminator's own loss at x − ε sign ∇D(x) and G(z) + ε sign ∇D(G(z)): every
    pixel moves by ε in the direction that misleads the discriminator most. A discriminator that is
    not misled is smooth, and gives the generator smooth gradients. Costs one gradient and one more
    forward pass of the discriminator for each image.

    Args:
        weight: The weight of the loss at perturbed images; that at the images themselves has 1.
        epsilon: ε, the perturbation of each pixel of images in [−1, 1].

    Reference:
        Goodfellow et al. 2015, Explaining and Harnessing Adversarial Examples, arXiv:1412.6572;
        Liu and Hsieh 2019, Rob-GAN, arXiv:1807.10454, for a discriminator trained on such images.
    """

    def __init__(self, weight: Strength = 1.0, epsilon: Strength = 0.03):
        self.weight = weight
        self.epsilon = epsilon

    def prepare(self, gan: gankit.GAN) -> None:
        """Keep the loss, which must be adversarial."""
        if not isinstance(gan.game, gankit.AdversarialLoss):
            raise gankit.GankitError(
                "adversarial-perturbation needs an adversarial loss. "
                f"Received: {type(gan.game).__name__}",
                "gankit list losses",
            )
        self.game = gan.game

    def penalty(self, turn: gankit.Turn) -> Any:
        """Return the discriminator's loss at the perturbed images."""
        if turn.player != "discriminator" or not self.weight:
            return 0.0
        perturbed = map(self._perturbed, turn.judgments)
        return self.weight * sum(self.game.score(turn.player, judgment) for judgment in perturbed)

    def _perturbed(self, judgment: gankit.Judgment) -> gankit.Judgment:
        real, fake = judgment.real_images, judgment.fake_images
        return replace(
            judgment,
            real_images=real - self.epsilon * _direction(judgment.judge_of("real"), real),
            fake_images=fake + self.epsilon * _direction(judgment.judge_of("fake"), fake),
        )


def _direction(judge: Callable[[Any], Any], images: Any) -> Any:
    """Return the sign of the gradient of the logits at images (batch, …), as a constant."""
    return ops.stop_gradient(ops.sign(gankit.input_gradient(judge, images)))
