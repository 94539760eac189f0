"""The loss of CycleGAN: least squares, cycle consistency, identity."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from keras import ops
from pydantic import Field

import gankit

Strength = Annotated[float, Field(ge=0)]


class CycleGan(gankit.Loss):
    """Cycle consistency: images of a become ones of b, and back again what they were.

    The generators G = g_ab and F = g_ba minimise, each sum over both directions,

        E[(D(G(a)) − 1)²] + cycle · E|F(G(a)) − a| + cycle · identity · E|G(b) − b|

    and the discriminators half of E[(D(b) − 1)²] + E[D(G(a))²]. Norms are means over pixels.
    Without the first term, G and F that leave everything as it is would be the best of all.

    Args:
        cycle: λ of the paper, what it costs not to come back.
        identity: What it costs, in units of `cycle`, to change an image that is of the set
            already; it keeps colours.

    Reference:
        Zhu et al. 2017, Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
        Networks, arXiv:1703.10593, equations 1 to 3, sections 4 and 5.2.
    """

    players: ClassVar = {"generator": ("g_ab", "g_ba"), "discriminator": ("d_a", "d_b")}
    boundary: ClassVar[float | None] = 0.5

    def __init__(self, cycle: Strength = 10.0, identity: Strength = 0.5):
        self.cycle = cycle
        self.identity = identity

    def __call__(self, turn: gankit.Turn):
        """Judge both sets, and score the player."""
        a, b = turn.batch["a"], turn.batch["b"]
        fake_a, fake_b = turn.generate("g_ba", b), turn.generate("g_ab", a)
        judged = (turn.judge("d_a", a, fake_a), turn.judge("d_b", b, fake_b))
        if turn.player == "discriminator":
            return sum(map(_told_apart, judged))
        return sum(map(_fooled, judged)) + self.cycle * self._kept(turn, fake_a, fake_b)

    def preview(self, gan: gankit.GAN, examples: Mapping):
        """Return a → g_ab(a) → g_ba(g_ab(a)), and the same from b."""
        ways = (("a", "g_ab", "g_ba"), ("b", "g_ba", "g_ab"))
        return [_there_and_back(gan, examples[name], *networks) for name, *networks in ways]

    def _kept(self, turn, fake_a, fake_b):
        """Return how far images are from what is to stay the same of them."""
        if not self.cycle:
            return 0.0
        a, b = turn.batch["a"], turn.batch["b"]
        back_a, back_b = turn.generate("g_ba", fake_b), turn.generate("g_ab", fake_a)
        kept = _apart(back_a, a) + _apart(back_b, b)
        if not self.identity:
            return kept
        _check_alike(a, b)
        same_a, same_b = turn.generate("g_ba", a), turn.generate("g_ab", b)
        return kept + self.identity * (_apart(same_a, a) + _apart(same_b, b))


def _told_apart(judgment: gankit.Judgment):
    """Return half the squared distance of a discriminator's scores from their targets."""
    targets = judgment.targets
    real, fake = judgment.real - targets.real, judgment.fake - targets.fake
    return (ops.mean(ops.square(real)) + ops.mean(ops.square(fake))) / 2


def _fooled(judgment: gankit.Judgment):
    """Return the squared distance of the scores of generated images from 1."""
    return ops.mean(ops.square(judgment.fake - 1))


def _apart(x, y):
    return ops.mean(ops.abs(x - y))


def _there_and_back(gan: gankit.GAN, images, there: str, back: str) -> list:
    made = gan.sample(images, name=there)
    return [images, made, gan.sample(made, name=back)]


def _check_alike(a, b) -> None:
    if a.shape[-1] != b.shape[-1]:
        raise gankit.GankitError(
            "the identity term gives each generator images of both sets, which therefore need "
            f"the same channels. Received: {a.shape[-1]} and {b.shape[-1]}",
            "set identity = 0.0 in the recipe's [loss]",
        )
