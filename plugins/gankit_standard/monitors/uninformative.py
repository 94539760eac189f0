"""Whether the losses say anything about the samples."""

import math
import statistics
from collections.abc import Iterator

import gankit

SCORINGS = 10
CHANGED = 1.3  # between the best and the worst of them
RELATED = 0.2


class Uninformative(gankit.Monitor):
    """Losses without a rank correlation with the score over the last ten scorings.

    The score must change by 30% in them. This is only a note: do not choose a checkpoint by these
    losses.
    """

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last scorings, if the last point has one."""
        columns = [trace.last(name, len(trace)) for name in ("score", "d_loss", "g_loss")]
        rows = [row for row in zip(*columns) if not any(map(math.isnan, row))][-SCORINGS:]
        if len(rows) < SCORINGS or math.isnan(trace.last("score")[0]):
            return
        scores, *losses = map(list, zip(*rows))
        if min(scores) <= 0 or max(scores) / min(scores) < CHANGED:
            return
        found = [_correlation(scores, loss) for loss in losses]
        if max(map(abs, found)) < RELATED:
            yield gankit.Verdict(
                "losses",
                "note",
                f"neither loss is correlated with the score (rank correlations {found[0]:.2f} and "
                f"{found[1]:.2f})",
                "judge this training by its scores and samples, not by its losses",
                points=SCORINGS,
            )


def _correlation(some: list[float], others: list[float]) -> float:
    if len(set(some)) < 2 or len(set(others)) < 2:
        return 0.0
    return statistics.correlation(_ranks(some), _ranks(others))


def _ranks(values: list[float]) -> list[float]:
    order = sorted(values)
    return [order.index(value) + order.count(value) / 2 for value in values]
