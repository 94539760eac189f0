"""The same logit for an image and for a slightly moved one."""

from typing import Any, Literal

from keras import ops

import gankit
from gankit_standard.option_types import Fraction, Strength
from gankit_standard.stabilizers import augment


class Consistency(gankit.Stabilizer):
    """Penalises changes of the discriminator's logit when an image is flipped or moved a little.

    Adds weight · E[(D(x) − D(T(x)))²] + generated · E[(D(G(z)) − D(T(G(z))))²], where T flips half
    of the images and moves each of them. Unlike augmentation, it does not change the images that
    the discriminator learns to tell apart.

    Args:
        weight: λ of the paper, for real images.
        generated: λ for generated images: 0 in the first paper, equal to `weight` in the second.
        flip: Whether T flips images left to right.
        translation: The largest move of T in each direction, as a fraction of the image's size;
            the edge is repeated outside of the image.

    Reference:
        Zhang et al. 2020, CR-GAN, arXiv:1910.12027; Zhao et al. 2020, ICR-GAN, arXiv:2002.04724.
    """

    def __init__(
        self,
        weight: Strength = 10.0,
        generated: Strength = 0.0,
        flip: bool = True,
        translation: Fraction = 0.125,
    ):
        self.weight = weight
        self.generated = generated
        self.flip = flip
        self.translation = translation

    def prepare(self, gan: gankit.GAN) -> None:
        """Keep the game's seed."""
        self.seed = gan.seed

    def penalty(self, turn: gankit.Turn) -> Any:
        """Return the penalty on the discriminator's turn."""
        if turn.player != "discriminator":
            return 0.0
        return sum(map(self._change, turn.judgments), 0.0)

    def _change(self, judgment: gankit.Judgment) -> Any:
        weights: dict[Literal["real", "fake"], float]
        weights = {"real": self.weight, "fake": self.generated}
        return sum(w * self._distance(judgment, side) for side, w in weights.items() if w)

    def _distance(self, judgment: gankit.Judgment, side: Literal["real", "fake"]) -> Any:
        moved = self._moved(getattr(judgment, f"{side}_images"))
        return ops.mean(ops.square(getattr(judgment, side) - judgment.judge_of(side)(moved)))

    def _moved(self, images: Any) -> Any:
        """Return T of images (batch, height, width, channels)."""
        augment.check_images("consistency", images)
        images = augment.flipped(images, self.seed) if self.flip else images
        if not self.translation:
            return images
        return augment.translated(images, self.translation, self.seed, edge=True)
