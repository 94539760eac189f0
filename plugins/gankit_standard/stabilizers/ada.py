"""Augmentation that adapts to the discriminator's overfitting."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_standard.option_types import Fraction, Strength
from gankit_standard.stabilizers import augment
from gankit_standard.stabilizers.augmentations import Draws, augmented

Changes = tuple[Literal["pixels", "geometry", "colour", "cutout"], ...]


class Ada(gankit.Stabilizer):
    """Adaptive discriminator augmentation: augments images as much as overfitting requires.

    Each change is applied to an image with probability p. After each turn of the discriminator p
    rises by images / (1000 · speed) if r = E[sign D(x)] is above the target, and falls by as much
    if below, within [0, 1]; the paper averages r over four turns. If the loss has no boundary
    between real and generated logits, r = E[sign(D(x) − D(G(z)))]. Logs p as `ada_p`. For small
    datasets.

    Args:
        target: The r at which p stays constant; at r = 1 the discriminator takes every real image
            for real.
        speed: The thousands of images after which p can have risen from 0 to 1; 0 keeps p constant.
        start: The initial p.
        changes: `pixels`: flips, quarter turns, shifts by up to 1/8; `geometry`: scaling, rotation,
            stretching, and shifts by fractions of a pixel; `colour`: brightness, saturation,
            contrast; `cutout`: a grey hole of half the side. The paper's luma flip, hue, filters
            and noise are not included.

    Reference:
        Karras et al. 2020, ADA, arXiv:2006.06676.
    """

    logged: ClassVar[tuple[str, ...]] = ("ada_p",)

    def __init__(
        self,
        target: Annotated[float, Field(ge=-1, le=1)] = 0.6,
        speed: Strength = 500.0,
        start: Fraction = 0.0,
        changes: Changes = ("pixels", "geometry", "colour"),
    ):
        self.target = target
        self.speed = speed
        self.start = start
        self.changes = changes

    def prepare(self, gan: gankit.GAN) -> None:
        """Create p, and keep the game's seed and boundary."""
        self.p = keras.Variable(self.start, trainable=False, dtype="float32", name="ada_p")
        self.seed = gan.seed
        self.boundary = gan.game.boundary

    def view(self, images: Any) -> Any:
        """Return augmented images (batch, height, width, channels)."""
        if not self.start and not self.speed:
            return images
        augment.check_images("ada", images)
        return augmented(images, self.changes, Draws(images, self.p.value, self.seed))

    def watch(self, turn: gankit.Turn) -> Mapping[str, Any]:
        """Adapt p to the logits of the discriminator's turn, and log it."""
        if turn.player != "discriminator" or not turn.judgments:
            return {}
        if self.speed:
            self.p.assign(ops.clip(self.p.value + self._step(turn.judgments), 0.0, 1.0))
        return {"ada_p": self.p.value}

    def _step(self, judgments: Sequence[gankit.Judgment]) -> Any:
        r = ops.stop_gradient(sum(map(self._overfitting, judgments)) / len(judgments))
        edges = gankit.all_rows(judgments[0].real_images[:, :1])
        images = ops.cast(ops.shape(edges)[0], "float32")
        return ops.sign(r - self.target) * images / (1000 * self.speed)

    def _overfitting(self, judgment: gankit.Judgment) -> Any:
        boundary = judgment.fake if self.boundary is None else self.boundary
        return ops.mean(gankit.all_rows(ops.sign(judgment.real - boundary)))
