"""One player's turn: what its loss and the penalties may see and do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from gankit import engine
from gankit.errors import GankitError
from gankit.game.judgment import Judgment
from gankit.game.networks import check_given

if TYPE_CHECKING:
    from gankit.game.gan import GAN

Tensor = Any
Batch = Mapping[str, Tensor]
Given = Mapping[str, Tensor]
Pairs = Mapping[str, Tensor | tuple[Tensor, Tensor]]


def rows(batch: Batch) -> Any:
    """Return the number of examples in a batch; a tensor where it is not known before."""
    return ops.shape(next(iter(batch.values())))[0]


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

    def generate(
        self, name: str = "generator", x: Tensor | None = None, given: Given | None = None
    ) -> Any:
        """Return what a network makes of noise, or of x.

        Gradients pass through it only on the turn of a player that trains the network, or some of
        its layers. Call `turn.networks[name]` where they must always pass.

        Args:
            name: Of the network.
            x: Its first input, as many as the batch has, (batch, …); `turn.noise(name)` by default.
            given: Its other inputs by name; those left out are from the batch.

        Returns:
            Its output in training, in float32; all of them if it has several.

        Raises:
            GankitError: There is nothing for an input of the network.
        """
        gan, network, given = self._round.gan, self.networks[name], given or {}
        x = self.noise(name) if x is None else x

        def make() -> tuple[Any, Any]:  # with what it is made of, so that ids stay theirs
            return (x, given), gan.call_network(network, x, self._rows(network, given, name))

        made = self._round.once((name, id(x), *_ids(given)), make)[1]
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

    def judge(self, name: str, real: Tensor, fake: Tensor, given: Pairs | None = None) -> Judgment:
        """Return a discriminator's judgment of real and generated images.

        Args:
            name: Of the discriminator; it has one output.
            real: Real images, (batch, …).
            fake: Generated images, (batch, …).
            given: The discriminator's other inputs by name; those left out are from the batch. A
                tuple has one for the real images and one for the generated ones.

        Raises:
            GankitError: There is nothing for an input of the discriminator, or it has several
                outputs.
        """
        _check_one_output(self.networks[name], name)
        gan = self._round.gan
        given = {key: x if isinstance(x, tuple) else (x,) for key, x in (given or {}).items()}
        if name in gan.game.players[self.player]:
            fake = gan.stabilizers.replace_fakes(name, fake)
        player = self.player if gan.stabilizers.weighs else None  # whose weights are its own
        judgment: Judgment = self._round.once(
            (player, name, id(real), id(fake), *_ids(given)),
            lambda: (real, self._judgment(name, real, fake, given)),
        )[1]
        self.judgments.append(judgment)
        return judgment

    def look(self, network: keras.Model, images: Tensor, given: Given | None = None) -> Any:
        """Return what a discriminator, or a part of one, makes of images, with all views applied.

        Gradients pass through it on every turn.

        Args:
            network: Its first input takes images.
            images: As many as the batch has, (batch, …).
            given: Its other inputs by name; those left out are from the batch.

        Returns:
            Its output in training, in float32; all of them if it has several.

        Raises:
            GankitError: There is nothing for an input of the network.
        """
        gan, rows = self._round.gan, self._rows(network, given or {}, network.name)
        return gan.call_network(network, gan.view(images), rows)

    def lazily(self, every: int, penalty: Callable[[], Tensor]) -> Tensor:
        """Return `every · penalty()` on every `every`-th step, else 0 without computing it.

        Args:
            every: The number of steps from one penalty to the next.
            penalty: Returns a scalar. What it is the first to compute is not kept for the turn.

        Reference:
            Karras et al. 2020, Analyzing and Improving the Image Quality of StyleGAN,
            arXiv:1912.04958, appendix B.
        """
        if every == 1:
            return penalty()
        due = ops.equal(self._round.gan.steps.value % every, 0)
        return every * engine.when(due, penalty)

    def _judgment(
        self, name: str, real: Tensor, fake: Tensor, given: Mapping[str, tuple[Tensor, ...]]
    ) -> Judgment:
        stabilizers, network = self._round.gan.stabilizers, self.networks[name]
        reals, fakes = ({key: x[place] for key, x in given.items()} for place in (0, -1))
        return Judgment(
            judge=lambda x: self.look(network, x, reals),
            real_images=stabilizers.replace_reals(name, real),
            fake_images=fake,
            retarget=stabilizers.targets,
            name=name,
            judge_fake=(lambda x: self.look(network, x, fakes)) if given else None,
            weigh=partial(stabilizers.weighted, self) if stabilizers.weighs else None,
        )

    def _rows(self, network: keras.Model, given: Given, name: str) -> Batch:
        """Return what the inputs of a network after the first may be, by name."""
        check_given(network, given, name)
        return {**self.batch, **given}


def _ids(given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a key that identifies `given`; a tuple is identified by its items."""
    pairs = ((key, x if isinstance(x, tuple) else (x,)) for key, x in given.items())
    return tuple((key, *map(id, x)) for key, x in pairs)


def _check_one_output(network: keras.Model, name: str) -> None:
    if (count := len(network.outputs)) != 1:
        raise GankitError(
            f"the {name} has {count} outputs, but a discriminator must return one, the logits",
            f'turn.look(turn.networks["{name}"], images) returns all of them; or build a network '
            "for each output, with shared layers",
        )
