"""Images that are made to deceive the discriminator, for it to learn from."""

from dataclasses import replace

from keras import ops

import gankit
from gankit_standard.stabilizers.ranges import Strength


class AdversarialPerturbation(gankit.Stabilizer):
    """Trains the discriminator also on images that are moved a little to deceive it.

    Adds weight · the discriminator's own loss at x − ε sign ∇D(x) and G(z) + ε sign ∇D(G(z)): every
    number goes ε the way on which the discriminator errs the soonest. A discriminator that is not
    fooled is smooth, and so is what the generator learns from it. It costs the discriminator's turn
    a gradient by each image and a second look at each.

    Args:
        weight: Of the loss on these images; that on the images themselves has 1.
        epsilon: ε, how far each number of an image is moved; images are in [−1, 1].

    Reference:
        Goodfellow et al. 2015, Explaining and Harnessing Adversarial Examples, arXiv:1412.6572, for
        the step; Liu and Hsieh 2019, Rob-GAN: Generator, Discriminator, and Adversarial Attacker,
        arXiv:1807.10454, for a discriminator that is trained on such images.
    """

    def __init__(self, weight: Strength = 1.0, epsilon: Strength = 0.03):
        self.weight = weight
        self.epsilon = epsilon

    def prepare(self, gan: gankit.GAN) -> None:
        """Know the loss."""
        if not isinstance(gan.game, gankit.AdversarialLoss):
            raise gankit.GankitError(
                "adversarial-perturbation scores images by the discriminator's formula, and the "
                f"loss has none. Received: {type(gan.game).__name__}",
                "gankit list losses",
            )
        self.game = gan.game

    def penalty(self, turn: gankit.Turn):
        """Return the loss of what the discriminator judged on its own turn, moved."""
        if turn.player != "discriminator" or not self.weight:
            return 0.0
        moved = map(self._moved, turn.judgments)
        return self.weight * sum(self.game.score(turn.player, judgment) for judgment in moved)

    def _moved(self, judgment: gankit.Judgment) -> gankit.Judgment:
        """Return a judgment of the images, moved."""
        real, fake = judgment.real_images, judgment.fake_images
        return replace(
            judgment,
            real_images=real - self.epsilon * _uphill(judgment, real),
            fake_images=fake + self.epsilon * _uphill(judgment, fake),
        )


def _uphill(judgment: gankit.Judgment, images):
    """Return the sign of the gradient of the logits, (batch, …), as a constant."""
    return ops.stop_gradient(ops.sign(gankit.input_gradient(judgment.judge, images)))
