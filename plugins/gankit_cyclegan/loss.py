"""The loss of CycleGAN: least squares, cycle consistency, identity."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from keras import ops
from pydantic import Field

import gankit

Strength = Annotated[float, Field(ge=0)]


class CycleGan(gankit.Loss):
    """Cycle consistency: images translated from a to b and back again must not change.

    The generators G = g_ab and F = g_ba minimise, each sum over both directions,

        E[(D(G(a)) − 1)²] + cycle · E|F(G(a)) − a| + cycle · identity · E|G(b) − b|

    and the discriminators half of E[(D(b) − 1)²] + E[D(G(a))²]. Norms are means over pixels.
    Without the first term, the best G and F would change nothing.

    Args:
        cycle: λ of the paper, the weight of the cycle consistency.
        identity: The weight, relative to `cycle`, of not changing an image that is already in the
            target set; it preserves colours.

    Reference:
        Zhu et al. 2017, CycleGAN, arXiv:1703.10593, equations 1 to 3, sections 4 and 5.2.
    """

    players: ClassVar = {"generator": ("g_ab", "g_ba"), "discriminator": ("d_a", "d_b")}
    from_noise: ClassVar[bool] = False
    boundary: ClassVar[float | None] = 0.5

    def __init__(self, cycle: Strength = 10.0, identity: Strength = 0.5):
        self.cycle = cycle
        self.identity = identity

    def __call__(self, turn: gankit.Turn) -> Any:
        """Judge both sets, and return the player's loss."""
        a, b = turn.batch["a"], turn.batch["b"]
        fake_a, fake_b = turn.generate("g_ba", b), turn.generate("g_ab", a)
        judgments = (turn.judge("d_a", a, fake_a), turn.judge("d_b", b, fake_b))
        if turn.player == "discriminator":
            return sum(map(_discriminator_loss, judgments))
        adversarial = sum(map(_generator_loss, judgments))
        return adversarial + self.cycle * self._changes(turn, fake_a, fake_b)

    def preview(self, gan: gankit.GAN, examples: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Return a → g_ab(a) → g_ba(g_ab(a)), and the same from b."""
        ways = (("a", "g_ab", "g_ba"), ("b", "g_ba", "g_ab"))
        strips = []
        for name, there, back in ways:
            made = gan.sample(examples[name], name=there)
            strips.append([examples[name], made, gan.sample(made, name=back)])
        return strips

    def _changes(self, turn: gankit.Turn, fake_a: Any, fake_b: Any) -> Any:
        """Return the L1 distance of images from what they are translated to and back."""
        if not self.cycle:
            return 0.0
        a, b = turn.batch["a"], turn.batch["b"]
        back_a, back_b = turn.generate("g_ba", fake_b), turn.generate("g_ab", fake_a)
        changes = _distance(back_a, a) + _distance(back_b, b)
        if not self.identity:
            return changes
        _check_channels(a, b)
        same_a, same_b = turn.generate("g_ba", a), turn.generate("g_ab", b)
        return changes + self.identity * (_distance(same_a, a) + _distance(same_b, b))


def _discriminator_loss(judgment: gankit.Judgment) -> Any:
    """Return half the squared distance of a discriminator's scores from their targets."""
    targets = judgment.targets
    real, fake = judgment.real - targets.real, judgment.fake - targets.fake
    return (ops.mean(ops.square(real)) + ops.mean(ops.square(fake))) / 2


def _generator_loss(judgment: gankit.Judgment) -> Any:
    """Return the squared distance of the scores of generated images from 1."""
    return ops.mean(ops.square(judgment.fake - 1))


def _distance(x: Any, y: Any) -> Any:
    return ops.mean(ops.abs(x - y))


def _check_channels(a: Any, b: Any) -> None:
    if a.shape[-1] != b.shape[-1]:
        raise gankit.GankitError(
            f"identity needs images with the same channels. Received: {a.shape[-1]}, {b.shape[-1]}",
            "set identity = 0.0 in the recipe's [loss]",
        )
