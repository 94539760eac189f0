"""What a loss plugin is: the players of the game and the score of a turn."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from gankit.errors import GankitError
from gankit.game.turn import Judgment, Turn
from gankit.messages import listed, suggestion

if TYPE_CHECKING:
    from gankit.game.gan import GAN
    from gankit.game.incompatibility import Incompatibility

JUDGED = ("real", "fake", "targets", "real_images", "fake_images", "judge")


class Loss(ABC):
    """Names the players of a game and says what each of them minimises on its turn.

    Attributes:
        players: The players in the order they play, each with the names of the networks it trains.
        boundary: The logit above which the discriminator takes an image for real, so that
            accuracies can be shown; None where a logit alone says nothing, as in a critic.
        floor: The least that the discriminator's loss can be; None where it has no bound.
        chance: The discriminator's loss where it cannot tell real from generated.
        lost: The generator's loss beyond which the discriminator takes none of its images for real.
    """

    players: ClassVar[Mapping[str, tuple[str, ...]]]
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
        """Return what a run's sheets show of examples, where images are made of images.

        Where this is left out, they show what the network `generator` makes of noise.

        Args:
            gan: The game; `gan.sample(images, name=…)` is what a network makes of images.
            examples: A few rows of the data by name; images are float32 in [−1, 1].

        Returns:
            Strips of images, from left to right, each (rows, height, width, channels) in [−1, 1];
            all strips have as many.
        """
        return ()

    def incompatibilities(self, gan: GAN) -> Iterable[Incompatibility]:
        """Return why the loss does not fit the rest of the game; `gankit check` shows it."""
        return ()


class AdversarialLoss(Loss):
    """A loss of one generator against one discriminator, as two formulas over logits.

    As a hook of pluggy does, each formula takes by name what it needs of a `gankit.Judgment`:
    `real` and `fake`, the logits (batch, 1) of real and generated images, and `targets`, what a
    perfect discriminator would answer. What is not asked for is not computed.

    Example:
        ```python
        class Hinge(gankit.AdversarialLoss):
            def discriminator(self, real, fake):
                return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))

            def generator(self, fake):
                return -ops.mean(fake)
        ```
    """

    players: ClassVar = {"discriminator": ("discriminator",), "generator": ("generator",)}
    boundary: ClassVar[float | None] = 0.0

    def __call__(self, turn: Turn) -> Any:
        """Judge the real images and as many generated ones, and score the player's formula."""
        judgment = turn.judge("discriminator", turn.batch["images"], turn.generate("generator"))
        return self.score(turn.player, judgment)

    def score(self, player: str, judgment: Judgment) -> Any:
        """Return what a player's formula makes of a judgment, a scalar.

        Raises:
            GankitError: It asks for something that a judgment has not.
        """
        formula = getattr(self, player)
        names = list(inspect.signature(formula).parameters)
        for name in names:
            if name not in JUDGED:
                raise GankitError(
                    f"{type(self).__name__}.{player} asks for {name!r}, which a judgment has not."
                    f"{suggestion(name, JUDGED)} Allowed: {listed(JUDGED)}",
                    "rename that parameter",
                )
        return formula(**{name: getattr(judgment, name) for name in names})

    @abstractmethod
    def discriminator(self, *judged: Any, **named: Any) -> Any:
        """Return the discriminator's loss from `real`, `fake` and `targets`, each by name."""

    @abstractmethod
    def generator(self, *judged: Any, **named: Any) -> Any:
        """Return the generator's loss from `real`, `fake` and `targets`, each by name."""


def draws_from_noise(loss: type[Loss]) -> bool:
    """Return whether the images of a loss are made of noise, not of other images."""
    return loss.preview is Loss.preview
