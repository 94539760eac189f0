"""What the losses alone show."""

import math
import statistics
from collections.abc import Iterator

import gankit
from gankit_standard.monitors.remedies import stabilizer

TIMES_CHANCE = 2.0  # of the discriminator's loss, where it is worse than not looking at all
WON = 0.1  # of the loss of chance: below it the discriminator has won, on 33 published trainings
STEPS, POINTS = 5000, 50  # of the window in which it must stay so
ROUNDING = 1e-4


class Losses(gankit.Monitor):
    """Losses that cannot be, are worse than chance, or show that the discriminator has won.

    A loss below its floor no longer measures what it should, e.g. with targets outside of [0, 1].
    A discriminator's loss above twice that of chance, once it was below chance, means wrong answers
    that it is sure of: 5 of 6 published trainings that degraded had it, and none of 26 healthy
    ones. That it has won is the median of 5,000 steps: this found 5 of the 6, warned of none of the
    26, and on 24 other trainings found 5 of 12 and was wrong once of 11.
    """

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last point, and for the last rule the last steps."""
        loss, outlook = trace.last("d_loss")[0], trace.outlook
        if outlook.floor is not None and loss < outlook.floor - ROUNDING:
            yield gankit.Verdict(
                "below-floor",
                "dead",
                f"the discriminator's loss is {loss:.3g}, and cannot be below {outlook.floor:g}: "
                "it no longer measures what it should",
                "keep the targets within [0, 1], as target-clipping does",
                [stabilizer("target-clipping")],
            )
        bound = TIMES_CHANCE * (outlook.chance or math.inf) + _penalties(trace)
        if loss > bound and min(trace.all("d_loss")) < bound / TIMES_CHANCE:
            yield gankit.Verdict(
                "worse-than-chance",
                "warn",
                f"the discriminator's loss is {loss:.3g}, and without looking it could have "
                f"{outlook.chance:.3g}: it is sure of wrong answers",
                "lower its learning rate, or penalise its slope with r1",
                [stabilizer("r1", gamma=1.0)],
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
                f"the discriminator has won: its median loss is {loss:.3g} where chance is "
                f"{outlook.chance:.3g}, the generator's is {other:.3g}",
                "penalise the discriminator's slope with r1, or lower its learning rate",
                [stabilizer("r1", gamma=1.0), stabilizer("lecam")],
                points=count,
            )


def _penalties(trace: gankit.Trace) -> float:
    """Return what penalties may add to the discriminator's loss."""
    return sum(max(0.0, trace.last(name)[0]) for name in trace.outlook.penalties)
