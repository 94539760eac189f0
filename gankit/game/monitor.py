"""The base class of monitors, which watch a game and judge it, and change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from gankit.game.judgment import Judgment
from gankit.game.trace import Trace
from gankit.game.verdict import Verdict

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Look:
    """What a monitor sees of a game between two steps.

    Args:
        judgments: The discriminators' judgments of a batch of real images and as many generated
            ones; empty in a stage without a discriminator.
        held_out: The same for real images that are not trained on; empty if there are none.
        examples: The first training images, (count, …) in [−1, 1], at most 1,024; None if the data
            has no images.
        weights: The variables that each player trains.
    """

    judgments: Sequence[Judgment] = ()
    held_out: Sequence[Judgment] = ()
    examples: Any = None
    weights: Mapping[str, Sequence[keras.Variable]] = field(default_factory=dict)


class Monitor:
    """Watches a game and judges it. It changes nothing: a game is the same without it.

    `watch` is called every few steps, between two steps. What it draws or assigns is discarded.
    `judge` is called at each point of the trace. It must depend only on the trace, so that a
    resumed run gets the same verdicts and a log can be judged. A monitor that raises an exception
    is named once and switched off for the run.

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
        """Return scalars by some of the names in `logged`.

        Args:
            look: The game between two steps.
        """
        return {}

    def judge(self, trace: Trace) -> Iterable[Verdict]:
        """Return what is wrong at the last point of a trace.

        Args:
            trace: The game so far: what the step logs (`d_loss`, `g_grad_norm`, …), what monitors
                watched, and `score`. Missing values, as in a log, are NaN.
        """
        return ()
