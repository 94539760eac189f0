"""What a stabilizer plugin is: a change to the game at one of its seams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import keras

    from gankit.game.gan import GAN
    from gankit.game.incompatibility import Incompatibility
    from gankit.game.networks import Networks
    from gankit.game.turn import Targets, Turn


class Stabilizer:
    """Changes the game at one or more of its seams; each seam left out changes nothing.

    State is a `keras.Variable`, a network, or a list or dictionary of these, made in `prepare` and
    kept as an attribute: the GAN finds it, saves it and restores it. Randomness comes from
    `gan.seed`, a `keras.random.SeedGenerator`. A strength of 0 must change nothing.

    Attributes:
        logged: The names of the scalars that `watch` returns.

    Example:
        ```python
        class R1(gankit.Stabilizer):
            def __init__(self, gamma: float = 1.0):
                self.gamma = gamma

            def penalty(self, turn):
                if turn.player != "discriminator":
                    return 0.0
                (judgment,) = turn.judgments
                gradient = gankit.input_gradient(judgment.judge, judgment.real_images)
                return self.gamma / 2 * ops.mean(ops.sum(ops.square(gradient), axis=(1, 2, 3)))
        ```
    """

    logged: ClassVar[tuple[str, ...]] = ()

    def rebuild(self, networks: Networks) -> Mapping[str, keras.Model]:
        """Return the networks by name, some exchanged for others, before anything is prepared.

        Args:
            networks: By name; `networks.of("discriminator")` are the names of those that judge.
        """
        return networks

    def prepare(self, gan: GAN) -> None:
        """Make state, once, before training."""

    def view(self, images: Any) -> Any:
        """Return images (batch, …) as the discriminator is to see them."""
        return images

    def replace_fakes(self, name: str, images: Any) -> Any:
        """Return the generated images (batch, …) that a discriminator is to judge on its own turn.

        State may be assigned here.

        Args:
            name: Of the discriminator.
            images: Those that were generated on this turn.
        """
        return images

    def targets(self, targets: Targets) -> Targets:
        """Return what the discriminator is asked to answer, (batch, 1) each."""
        return targets

    def penalty(self, turn: Turn) -> Any:
        """Return a scalar that is added to the loss of `turn.player`."""
        return 0.0

    def watch(self, turn: Turn) -> Mapping[str, Any]:
        """Look at a turn that is scored; returns scalars to show, by some of the names in `logged`.

        State may be assigned here. What is shown is the mean over the epoch.
        """
        return {}

    def should_update(self, player: str, gan: GAN) -> Any:
        """Return whether the player's networks are to move on this turn, a boolean tensor.

        Where it is false the turn is scored, and its networks and its optimizer stay as they are.
        """
        return True

    def after(self, player: str, gan: GAN) -> None:
        """Act after an update of the player's networks."""

    def incompatibilities(self, gan: GAN) -> Iterable[Incompatibility]:
        """Return why the part does not fit the rest of the game; `gankit check` shows it."""
        return ()
