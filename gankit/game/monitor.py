"""What a monitor plugin is: it watches a game and judges it, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from gankit.game.trace import Trace
from gankit.game.turn import Judgment
from gankit.game.verdict import Verdict

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Look:
    """What a monitor sees of a game, between two of its steps.

    Args:
        judgments: What the discriminators make of a batch of real images and of as many generated
            ones; none in a stage without a discriminator.
        held_out: Likewise, of real images that were not trained on; none where there are no such.
        examples: The first of the real images that are trained on, (count, …) in [−1, 1], at most
            1,024; None where the data has no images.
        weights: The variables that each player trains.
    """

    judgments: Sequence[Judgment] = ()
    held_out: Sequence[Judgment] = ()
    examples: Any = None
    weights: Mapping[str, Sequence[keras.Variable]] = field(default_factory=dict)


class Monitor:
    """Watches a game and judges how it goes. It changes nothing: a game is the same without it.

    `watch` is called every so many steps, outside of the step. What it draws or assigns is
    forgotten. `judge` is called at each point of the game's trace, and must follow from the trace
    alone, so that a resumed run is judged alike and a log can be judged afterwards.

    Attributes:
        logged: The names of the scalars that `watch` returns.

    Example:
        ```python
        class Brightness(gankit.Monitor):
            logged = ("brightness",)

            def watch(self, look):
                return {"brightness": ops.mean(look.judgments[0].fake_images)}

            def judge(self, trace):
                if min(trace.last("brightness", 2)) > 0.99:
                    yield gankit.Verdict("white", "warn", "all samples are white", points=2)
        ```
    """

    logged: ClassVar[tuple[str, ...]] = ()

    def watch(self, look: Look) -> Mapping[str, Any]:
        """Return scalars of what is seen, by some of the names in `logged`.

        Args:
            look: The game between two steps.
        """
        return {}

    def judge(self, trace: Trace) -> Iterable[Verdict]:
        """Return what is wrong at the last point of a trace.

        Args:
            trace: The game up to this point: what the step shows (`d_loss`, `g_grad_norm`, …), what
                monitors watched, and `score`. A log may have less: what is missing is NaN.
        """
        return ()
