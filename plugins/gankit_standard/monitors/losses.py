"""What the losses alone show."""

import math
import statistics
from collections.abc import Iterator

import gankit
from gankit_standard.monitors.remedies import R1, advice

TIMES_CHANCE = 2.0  # of the loss of chance: the discriminator is worse than guessing
WON = 0.1  # of the loss of chance: the discriminator has won; from 33 published trainings
STEPS, POINTS = 5000, 50  # of the window
ROUNDING = 1e-4
SLOWER = "lower its learning rate"


class Losses(gankit.Monitor):
    """Losses that are impossible, worse than chance, or show that the discriminator has won.

    A loss below its floor no longer measures what it should, for example with targets outside
    [0, 1]. A discriminator's loss that was below chance and rises above twice that of chance means
    confident wrong answers: 5 of 6 published trainings that degraded had it, and none of 26 healthy
    ones. The discriminator has won if the median loss of 5,000 steps is below a tenth of chance.
    This found 5 of the same 6 without a false alarm among the 26. On 24 other trainings it found 5
    of 12, with one false alarm among 11.
    """

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last point, and the last steps for the last rule."""
        loss, outlook = trace.last("d_loss")[0], trace.outlook
        if outlook.floor is not None and loss < outlook.floor - ROUNDING:
            yield gankit.Verdict(
                "below-floor",
                "dead",
                f"the discriminator's loss is {loss:.3g}, below its least possible value "
                f"{outlook.floor:g}: it no longer measures anything",
                *advice(trace, ("keep the targets within [0, 1] with {}", "target-clipping")),
            )
        bound = TIMES_CHANCE * (outlook.chance or math.inf) + _penalties(trace)
        if loss > bound and min(trace.all("d_loss")) < bound / TIMES_CHANCE:
            yield gankit.Verdict(
                "worse-than-chance",
                "warn",
                f"the discriminator's loss is {loss:.3g}, and guessing would give "
                f"{outlook.chance:.3g}: it gives confident wrong answers",
                *advice(trace, SLOWER, R1),
            )
        yield from self._won(trace)

    def _won(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        outlook, count = trace.outlook, trace.span(STEPS, POINTS)
        if not count or not outlook.chance or outlook.lost is None:
            return
        windows = (trace.last("d_loss", count), trace.last("g_loss", count))
        if any(map(math.isnan, [*windows[0], *windows[1]])):
            return
        loss, other = map(statistics.median, windows)
        if loss < WON * outlook.chance and other > outlook.lost:
            yield gankit.Verdict(
                "won",
                "warn",
                f"the discriminator has won: its median loss is {loss:.3g} (chance is "
                f"{outlook.chance:.3g}), the generator's is {other:.3g}",
                *advice(trace, R1, ("regularise its predictions with {}", "lecam"), SLOWER),
                points=count,
            )


def _penalties(trace: gankit.Trace) -> float:
    """Return what penalties may add to the discriminator's loss."""
    return sum(max(0.0, trace.last(name)[0]) for name in trace.outlook.penalties)
