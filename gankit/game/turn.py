"""One player's turn: what its loss and the penalties may see and do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from gankit import engine
from gankit.game.networks import DISCRIMINATOR

if TYPE_CHECKING:
    from gankit.game.gan import GAN

Tensor = Any
Batch = Mapping[str, Tensor]


@dataclass(frozen=True)
class Targets:
    """What the discriminator should answer, between 0 (generated) and 1 (real).

    Args:
        real: For the real images, (batch, 1).
        fake: For the generated images, (batch, 1).
    """

    real: Tensor
    fake: Tensor


@dataclass(frozen=True)
class Judgment:
    """A discriminator's answers to real and generated images, computed on first access.

    Args:
        judge: The discriminator as a function of images alone: applies the stabilizers' views and
            returns logits (batch, 1) in float32.
        real_images: (batch, height, width, channels).
        fake_images: (batch, height, width, channels).
        retarget: The stabilizers' changes to the targets.
        name: Of the discriminator.
    """

    judge: Callable[[Tensor], Tensor]
    real_images: Tensor
    fake_images: Tensor
    retarget: Callable[[Targets], Targets]
    name: str = DISCRIMINATOR

    @cached_property
    def real(self) -> Tensor:
        """The logits of the real images, (batch, 1)."""
        return self.judge(self.real_images)

    @cached_property
    def fake(self) -> Tensor:
        """The logits of the generated images, (batch, 1)."""
        return self.judge(self.fake_images)

    @cached_property
    def targets(self) -> Targets:
        """What the discriminator should answer: 1 and 0, as the stabilizers change them."""
        return self.retarget(Targets(ops.ones_like(self.real), ops.zeros_like(self.fake)))


@dataclass
class Round:
    """The forward pass of one turn, or of several simultaneous ones, on a batch of real data."""

    gan: GAN
    batch: Batch
    done: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def once(self, key: tuple[Any, ...], compute: Callable[[], Any]) -> Any:
        """Return `compute()`, computed at most once a round for each key."""
        if key not in self.done:
            self.done[key] = compute()
        return self.done[key]


class Turn:
    """One player's turn.

    Attributes:
        player: Whose turn it is.
        batch: The real data by name; images are float32 in [−1, 1].
        networks: The networks by name. They may be called: gradients pass on every turn.
        seed: The `keras.random.SeedGenerator` of all that a loss draws.
        judgments: The judgments of this turn so far, `gankit.Judgment` objects, for penalties.
    """

    def __init__(self, player: str, round: Round, alone: bool = True):
        self.player = player
        self.batch = round.batch
        self.networks = round.gan.networks
        self.seed = round.gan.seed
        self.judgments: list[Judgment] = []
        self._round = round
        self._alone = alone

    def noise(self, name: str = "generator") -> Tensor:
        """Return the noise that `generate(name)` uses, standard normal.

        It is the same for all players of one forward pass.

        Args:
            name: Of the network; its first input has the shape of the noise, (batch, …).
        """
        gan = self._round.gan
        return self._round.once(("noise", name), lambda: gan.noise(name, self.batch))

    def generate(self, name: str = "generator", x: Tensor | None = None) -> Any:
        """Return what a network makes of noise, or of x, and of the batch's labels.

        Gradients pass through it only on the turn of a player that trains the network, or some of
        its layers. Call `turn.networks[name]` where they must always pass.

        Args:
            name: Of the network.
            x: Its first input, as many as the batch has, (batch, …); `turn.noise(name)` by default.

        Returns:
            Its output in training, in float32; all of them if it has several.
        """
        gan = self._round.gan
        x = self.noise(name) if x is None else x

        def make() -> tuple[Tensor, Any]:
            return x, gan.call_network(
                self.networks[name], x, self.batch
            )  # x, so that its id stays

        made = self._round.once((name, id(x)), make)[1]
        if not self._alone or gan.trains(self.player, name):
            return made
        return keras.tree.map_structure(ops.stop_gradient, made)

    def once(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return `compute()`, computed once for all players of one forward pass.

        Args:
            name: Of what is computed.
            compute: Takes nothing.
        """
        return self._round.once(("once", name), compute)

    def judge(self, name: str, real: Tensor, fake: Tensor) -> Judgment:
        """Return a discriminator's judgment of real and generated images, (batch, …) each."""
        stabilizers = self._round.gan.stabilizers
        if self._trains(name):
            fake = stabilizers.replace_fakes(name, fake)

        def judge(images: Tensor) -> Tensor:
            return self.look(self.networks[name], images)

        judgment: Judgment = self._round.once(
            (name, id(real), id(fake)),
            lambda: Judgment(judge, real, fake, stabilizers.targets, name),
        )
        self.judgments.append(judgment)
        return judgment

    def look(self, network: keras.Model, images: Tensor) -> Tensor:
        """Return what a discriminator, or a part of one, makes of images, with all views applied.

        Args:
            network: It takes images, or images and labels.
            images: As many as the batch has, (batch, …).

        Returns:
            Its output in training, in float32; all of them if it has several.
        """
        gan = self._round.gan
        return gan.call_network(network, gan.view(images), self.batch)

    def lazily(self, every: int, penalty: Callable[[], Tensor]) -> Tensor:
        """Return `every · penalty()` on every so manyth step, else 0 without computing it.

        Args:
            every: The number of steps from one penalty to the next.
            penalty: Returns a scalar. What it is the first to ask of the turn is lost with it.

        Reference:
            Karras et al. 2020, Analyzing and Improving the Image Quality of StyleGAN,
            arXiv:1912.04958, appendix B.
        """
        if every == 1:
            return penalty()
        due = ops.equal(self._round.gan.steps.value % every, 0)
        return every * engine.when(due, penalty)

    def _trains(self, name: str) -> bool:
        return name in self._round.gan.game.players[self.player]
