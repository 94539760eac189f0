"""What a loss plugin is: the players of the game and the score of a turn."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from gankit.errors import GankitError
from gankit.game.judgment import Judgment
from gankit.game.networks import DISCRIMINATOR
from gankit.game.turn import Turn
from gankit.messages import listed, suggestion

if TYPE_CHECKING:
    from gankit.game.gan import GAN
    from gankit.game.incompatibility import Incompatibility

JUDGED = ("real", "fake", "targets", "real_images", "fake_images", "judge")


class Loss(ABC):
    """Names the players of a game and says what each of them minimises on its turn.

    Attributes:
        players: The players in the order they play, each with the names of the networks it trains.
        from_noise: Whether the network `generator` makes samples from noise; False if networks
            turn images into images. `gankit sample`, `score` and `explore` need noise.
        boundary: The logit above which the discriminator takes an image for real, for accuracies;
            None if a logit alone does not tell, as in a critic.
        floor: The lowest possible loss of the discriminator; None if it is unbounded.
        chance: The discriminator's loss if it cannot tell real from generated images.
        lost: The generator's loss above which the discriminator takes no image of it for real.
    """

    players: ClassVar[Mapping[str, tuple[str, ...]]]
    from_noise: ClassVar[bool] = True
    boundary: ClassVar[float | None] = None
    floor: ClassVar[float | None] = None
    chance: ClassVar[float | None] = None
    lost: ClassVar[float | None] = None

    def __init_subclass__(cls) -> None:
        if not isinstance(getattr(cls, "players", {}), Mapping):
            raise GankitError(
                f"{cls.__name__}.players must name the networks that each player trains. "
                f"Received: {cls.players!r}",
                'players = {"discriminator": ("discriminator",), "generator": ("generator",)}',
            )

    @abstractmethod
    def __call__(self, turn: Turn) -> Any:
        """Return the scalar that `turn.player` minimises."""

    def preview(self, gan: GAN, examples: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Return what a run's sheets show, such as reconstructions or translated images.

        Without it, sheets show what the network `generator` makes of noise.

        Args:
            gan: The game; `gan.sample(images, name=…)` is what a network makes of images.
            examples: A few rows of the data by name; images are float32 in [−1, 1].

        Returns:
            Strips of equal length, each a list from left to right of images (examples, height,
            width, channels) in [−1, 1], or of other values (examples, …).
        """
        return ()

    def incompatibilities(self, gan: GAN) -> Iterable[Incompatibility]:
        """Return why the loss does not fit the rest of the game; `gankit check` shows it."""
        return ()


class AdversarialLoss(Loss):
    """A loss of one generator against one discriminator, as two formulas over logits.

    As in a pluggy hook, each formula names the arguments it needs, attributes of
    `gankit.Judgment`: `real` and `fake`, the logits (batch, 1) of real and generated images, and
    `targets`, what a perfect discriminator would answer. Nothing else is computed.

    Example:
        ```python
        class Hinge(gankit.AdversarialLoss):
            def discriminator(self, real, fake):
                return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))

            def generator(self, fake):
                return -ops.mean(fake)
        ```
    """

    players: ClassVar = {DISCRIMINATOR: (DISCRIMINATOR,), "generator": ("generator",)}
    boundary: ClassVar[float | None] = 0.0

    def __call__(self, turn: Turn) -> Any:
        """Judge the real images and as many generated ones, and score the player's formula."""
        judgment = turn.judge(DISCRIMINATOR, turn.batch["images"], turn.generate("generator"))
        return self.score(turn.player, judgment)

    def score(self, player: str, judgment: Judgment) -> Any:
        """Return the value of a player's formula for a judgment, a scalar.

        Raises:
            GankitError: The formula names an argument that a judgment does not have.
        """
        formula = getattr(self, player)
        names = list(inspect.signature(formula).parameters)
        for name in names:
            if name not in JUDGED:
                raise GankitError(
                    f"{type(self).__name__}.{player} has the unknown argument {name!r}."
                    f"{suggestion(name, JUDGED)} Allowed: {listed(JUDGED)}",
                    "rename the argument",
                )
        return formula(**{name: getattr(judgment, name) for name in names})

    @abstractmethod
    def discriminator(self, *judged: Any, **named: Any) -> Any:
        """Return the discriminator's loss from `real`, `fake` and `targets`, each by name."""

    @abstractmethod
    def generator(self, *judged: Any, **named: Any) -> Any:
        """Return the generator's loss from `real`, `fake` and `targets`, each by name."""


def noise_shape(loss: Loss, networks: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the shape of the noise of one sample, (latent,).

    Raises:
        GankitError: The loss does not draw from noise, or there is no generator.
    """
    if not loss.from_noise:
        raise GankitError(
            f"{type(loss).__name__} turns images into images, but samples start from noise",
            "gankit apply RUN FOLDER turns the images of a folder",
        )
    if "generator" not in networks:
        raise GankitError(
            "samples come from the network 'generator', which the architecture does not build. It "
            f"builds {listed(sorted(networks))}",
            "return a 'generator' that turns noise into samples; it can reuse the other networks; "
            "to train without samples, define preview in the loss",
        )
    shape: tuple[int, ...] = networks["generator"].inputs[0].shape[1:]
    return shape
