"""Augmentation that is as strong as the discriminator is sure of the data."""

from collections.abc import Mapping
from typing import Annotated, Literal

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_standard.stabilizers import augment
from gankit_standard.stabilizers.pipeline import Draws, augmented
from gankit_standard.stabilizers.ranges import Share, Strength

Changes = tuple[Literal["pixels", "geometry", "colour", "cutout"], ...]


class Ada(gankit.Stabilizer):
    """Adaptive discriminator augmentation: changes images as often as overfitting asks for.

    Each change is made to an image with probability p. After each turn of the discriminator p goes
    up by images / (1000 · speed) if r = E[sign D(x)] is above the target, and down if below, within
    [0, 1]; the paper looks at four turns at once. Where the loss has no logit at which a real image
    begins, r = E[sign(D(x) − D(G(z)))]. Shows p as `ada_p`. For little data.

    Args:
        target: The r at which p stays as it is; 1 is a discriminator that knows all data for real.
        speed: The thousands of images in which p may go from 0 to 1; 0 keeps p as it is.
        start: p at the start.
        changes: `pixels`: mirror image, quarter turns, moves by up to 1/8; `geometry`: size, turn,
            stretch, and a move by parts of pixels; `colour`: brightness, saturation, contrast;
            `cutout`: a grey hole of half the side. The paper's luma flip, hue, filter and noise are
            not here.

    Reference:
        Karras et al. 2020, Training Generative Adversarial Networks with Limited Data,
        arXiv:2006.06676.
    """

    logged = ("ada_p",)

    def __init__(
        self,
        target: Annotated[float, Field(ge=-1, le=1)] = 0.6,
        speed: Strength = 500.0,
        start: Share = 0.0,
        changes: Changes = ("pixels", "geometry", "colour"),
    ):
        self.target = target
        self.speed = speed
        self.start = start
        self.changes = changes

    def prepare(self, gan: gankit.GAN) -> None:
        """Start p, draw from the GAN's seed, and know what a logit says."""
        self.p = keras.Variable(self.start, trainable=False, dtype="float32", name="ada_p")
        self.seed = gan.seed
        self.boundary = gan.game.boundary

    def view(self, images):
        """Return the images (batch, height, width, channels), each changed by its own draws."""
        if not self.start and not self.speed:
            return images
        augment.only_images("ada", images)
        draws = Draws(images, self.p.value, self.seed)
        return augmented(images, self.changes, draws)

    def watch(self, turn: gankit.Turn) -> Mapping:
        """Move p after what the discriminator says of real images."""
        if turn.player != "discriminator" or not turn.judgments:
            return {}
        if self.speed:
            self.p.assign(ops.clip(self.p.value + self._step(turn.judgments), 0.0, 1.0))
        return {"ada_p": self.p.value}

    def _step(self, judgments: list):
        sure = ops.stop_gradient(sum(map(self._sureness, judgments)) / len(judgments))
        images = ops.cast(ops.shape(judgments[0].real_images)[0], "float32")
        return ops.sign(sure - self.target) * images / (1000 * self.speed)

    def _sureness(self, judgment: gankit.Judgment):
        at = judgment.fake if self.boundary is None else self.boundary
        return ops.mean(ops.sign(judgment.real - at))
