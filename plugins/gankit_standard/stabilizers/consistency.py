"""A discriminator that says the same of an image and of what is the same image to us."""

from keras import ops

import gankit
from gankit_standard.stabilizers import augment
from gankit_standard.stabilizers.ranges import Share, Strength


class Consistency(gankit.Stabilizer):
    """Holds the discriminator's answer to an image where it is when the image is moved a little.

    Adds weight · E[(D(x) − D(T(x)))²] + generated · E[(D(G(z)) − D(T(G(z))))²], where T mirrors
    half of the images and moves each of them. Unlike augmentation it changes nothing of what the
    discriminator has to tell apart.

    Args:
        weight: λ of the paper, for real images.
        generated: That of generated ones: 0 in the first paper, as much as `weight` in the second.
        flip: Whether T mirrors images, left and right.
        translation: The farthest that T moves an image each way, as a share of its size; its
            edge is repeated where something has to come in.

    Reference:
        Zhang et al. 2020, Consistency Regularization for Generative Adversarial Networks,
        arXiv:1910.12027; Zhao et al. 2020, Improved Consistency Regularization for GANs,
        arXiv:2002.04724.
    """

    def __init__(
        self,
        weight: Strength = 10.0,
        generated: Strength = 0.0,
        flip: bool = True,
        translation: Share = 0.125,
    ):
        self.weight = weight
        self.generated = generated
        self.flip = flip
        self.translation = translation

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed."""
        self.seed = gan.seed

    def penalty(self, turn: gankit.Turn):
        """Return the penalty of all that the discriminator judged on its own turn."""
        if turn.player != "discriminator":
            return 0.0
        return sum(map(self._change, turn.judgments), 0.0)

    def _change(self, judgment: gankit.Judgment):
        weights = {"real": self.weight, "fake": self.generated}
        return sum(w * self._distance(judgment, side) for side, w in weights.items() if w)

    def _distance(self, judgment: gankit.Judgment, side: str):
        moved = self._moved(getattr(judgment, f"{side}_images"))
        return ops.mean(ops.square(getattr(judgment, side) - judgment.judge(moved)))

    def _moved(self, images):
        """Return T of the images (batch, height, width, channels)."""
        augment.only_images("consistency", images)
        images = augment.mirrored(images, self.seed) if self.flip else images
        if not self.translation:
            return images
        return augment.translated(images, self.translation, self.seed, edge=True)
