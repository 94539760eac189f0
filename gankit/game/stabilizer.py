"""What a stabilizer plugin is: a change to the game at one of its seams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import keras

    from gankit.game.gan import GAN
    from gankit.game.incompatibility import Incompatibility
    from gankit.game.judgment import Side, Targets
    from gankit.game.networks import Networks
    from gankit.game.turn import Turn


class Stabilizer:
    """Changes the game at one or more seams; a seam that is left out changes nothing.

    State is a `keras.Variable`, a network, or a list or dictionary of these, made in `prepare` and
    kept as an attribute: the GAN finds it, saves it and restores it. Randomness comes from
    `gan.seed`, a `keras.random.SeedGenerator`. A strength of 0 must change nothing.

    Attributes:
        logged: The names of the scalars that `watch` returns.
        bounds_slope: Whether it bounds the slope of the discriminator, as the Wasserstein loss
            needs. An instance may set its own, such as False at strength 0.

    Example:
        ```python
        class R1(gankit.Stabilizer):
            def __init__(self, gamma: float = 1.0):
                self.gamma = gamma
                self.bounds_slope = gamma > 0

            def penalty(self, turn):
                if turn.player != "discriminator":
                    return 0.0
                (judgment,) = turn.judgments
                gradient = gankit.input_gradient(judgment.judge, judgment.real_images)
                return self.gamma / 2 * ops.mean(ops.sum(ops.square(gradient), axis=(1, 2, 3)))
        ```
    """

    logged: ClassVar[tuple[str, ...]] = ()
    bounds_slope: bool = False

    def rebuild(self, networks: Networks) -> Mapping[str, keras.Model]:
        """Return the networks by name, some of them replaced, when the game is built.

        Args:
            networks: By name; `networks.of("discriminator")` names the discriminators.
        """
        return networks

    def prepare(self, gan: GAN) -> None:
        """Create the state, once, before training."""

    def view(self, images: Any) -> Any:
        """Return images (batch, …) as the discriminator sees them."""
        return images

    def replace_fakes(self, name: str, images: Any) -> Any:
        """Return the generated images (batch, …) that a discriminator judges on its own turn.

        State may be assigned here.

        Args:
            name: Of the discriminator.
            images: Those generated on this turn.
        """
        return images

    def replace_reals(self, name: str, images: Any) -> Any:
        """Return the real images (batch, …) that a discriminator judges, on every turn.

        `turn.batch` keeps the images as they are.

        Args:
            name: Of the discriminator.
            images: Of the batch.
        """
        return images

    def example_weights(self, turn: Turn, side: Side, logits: Any) -> Any:
        """Return the factor of each judged example's gradient on a turn.

        Weights with a mean of 1 keep the size of the gradient; a weight of 0 leaves an example
        out. The logged loss is that of all examples.

        Args:
            turn: The player's turn.
            side: `real` or `fake`.
            logits: Of the examples, (batch, 1), as constants.

        Returns:
            Weights (batch, 1), or 1.0 if all examples count alike.
        """
        return 1.0

    def targets(self, targets: Targets) -> Targets:
        """Return the targets of the discriminator, (batch, 1) each."""
        return targets

    def penalty(self, turn: Turn) -> Any:
        """Return a scalar that is added to the loss of `turn.player`."""
        return 0.0

    def watch(self, turn: Turn) -> Mapping[str, Any]:
        """Return scalars to log after a turn, by names in `logged`.

        State may be assigned here. The mean over the epoch is logged.
        """
        return {}

    def should_update(self, player: str, gan: GAN) -> Any:
        """Return whether the player's networks are updated on this turn, a boolean tensor.

        Where it is false, the networks and their optimizer stay as they are; the turn is scored
        all the same.
        """
        return True

    def after(self, player: str, gan: GAN) -> None:
        """Act after an update of the player's networks."""

    def incompatibilities(self, gan: GAN) -> Iterable[Incompatibility]:
        """Return why the stabilizer does not fit the rest of the game; `gankit check` shows it."""
        return ()
