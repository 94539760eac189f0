"""Whether the players go around in circles."""

import math
import statistics
from collections.abc import Iterator

import gankit
from gankit_standard.monitors.remedies import R1, advice

STEPS, POINTS = 5000, 50
SWING = 1.5  # the interquartile range of the generator's loss, where that is of logits
WINDOW = 12
RATIO, TURNS = 4.0, 2  # of the spread
RANKED, RANKED_TURNS = 0.4, 3  # of the ranking


class Oscillation(gankit.Monitor):
    """A generator's loss, a spread of samples or a ranking by the discriminator that swings.

    The spread swings if it rises fourfold and falls fourfold within twelve points; in healthy games
    it did neither. The ranking, of `saturation`, swings if it moves by .4 three times: the
    discriminator is right about nearly all images, then wrong, then right.

    The loss swings if its interquartile range over 5,000 steps is above 1.5, or above its median if
    the loss has no level of chance. The rule was chosen on 33 published trainings: with `won` of
    `losses` it found all 6 that degraded, without a false alarm. On 24 others the two found 6 of
    12, with 4 false alarms among 11. So it is only a note.
    """

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last steps."""
        yield from self._losses(trace)
        spread, ranked = trace.last("spread", WINDOW), trace.last("ranked_right", WINDOW)
        if _swings([math.log(value) for value in spread if value > 0], math.log(RATIO)) >= TURNS:
            yield _swinging(
                trace,
                "spread",
                f"the spread of samples rises and falls between {min(spread):.2g} and "
                f"{max(spread):.2g} times that of real images",
            )
        if _swings(ranked, RANKED) >= RANKED_TURNS:
            yield _swinging(
                trace,
                "ranking",
                "the discriminator ranks images right, then wrong, then right: between "
                f"{min(ranked):.0%} and {max(ranked):.0%} of pairs",
            )

    def _losses(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        count = trace.span(STEPS, POINTS)
        losses = trace.last("g_loss", count) if count >= 8 else []
        if not losses or any(map(math.isnan, losses)):
            return
        low, middle, high = statistics.quantiles(losses, n=4)
        bound = SWING if trace.outlook.chance else abs(middle)
        if trace.outlook.lost and trace.outlook.lost < 1:
            return  # least squares, for which no bound was found
        if high - low > bound:
            yield gankit.Verdict(
                "losses",
                "note",
                f"the generator's loss swings: half of its values are outside {low:.3g} to "
                f"{high:.3g}",
                *advice(trace, R1, ("average the generator's weights with {}", "ema")),
                points=count,
            )


def _swinging(trace: gankit.Trace, name: str, evidence: str) -> gankit.Verdict:
    return gankit.Verdict(
        name,
        "warn",
        evidence,
        *advice(trace, R1, "lower the momentum"),
        points=WINDOW,
    )


def _swings(values: list[float], least: float) -> int:
    """Return how often values turn and move by at least so much."""
    if not values or any(map(math.isnan, values)):
        return 0
    swings, direction, low, high = 0, 0, values[0], values[0]
    for value in values:
        low, high = min(low, value), max(high, value)
        way = 1 if value - low >= least else -1 if high - value >= least else 0
        if way not in (0, direction):
            swings, direction, low, high = swings + 1, way, value, value
    return swings
