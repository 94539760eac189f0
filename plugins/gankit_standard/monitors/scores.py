"""Whether the score that chooses the best checkpoint gets worse."""

from collections.abc import Iterator

import gankit

WORSE, MUCH_WORSE = 1.3, 1.5  # times the best
LOST = 0.05  # of the gain since the first score; smaller changes near 0 are noise
LONG = 10  # scorings: before, a best score may be luck
SCORINGS = 8
LEARNED = 0.8  # of the first score: the best after so many scorings should be below it


class Scores(gankit.Monitor):
    """Two scores in a row that are worse than the best, or scores that never improve.

    Of 33 published trainings 6 degraded. A bound of 1.3 times the best found all 6, with one false
    alarm among 26 healthy ones; 1.5 times found all 6 without one. On 24 others both found 11 of
    12 without a false alarm. A healthy training recovered from 1.37 times. So 1.3 times is a
    warning, and 1.5 times is dead, after at least ten scorings: small healthy games recovered
    from worse earlier. A change by less than 5 % of the gain so far is noise.
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
        worse = [score / best if low else best / max(score, 1e-12) for score in scores]
        gain = abs(best - scores[0])
        if min(abs(score - best) for score in scores[-2:]) >= LOST * gain:
            yield from self._degraded(worse, scores[-1], best)
        if len(scores) >= SCORINGS and worse[0] < 1 / LEARNED:
            yield gankit.Verdict(
                "never-learned",
                "warn",
                f"the best of {len(scores)} scores is {best:.4g}, hardly better than the first, "
                f"{scores[0]:.4g}",
                "try another learning rate or architecture; gankit check finds parts that do not "
                "fit",
            )

    def _degraded(self, worse: list[float], last: float, best: float) -> Iterator[gankit.Verdict]:
        if len(worse) < 3 or min(worse[-2:]) <= WORSE:
            return
        dead = min(worse[-2:]) > MUCH_WORSE and len(worse) >= LONG
        yield gankit.Verdict(
            "degraded",
            "dead" if dead else "warn",
            f"the score is {last:.4g}, {worse[-1]:.2f} times worse than the best, {best:.4g}",
            "keep the best checkpoint, or continue from it with r1 or lower learning rates",
            [{"stabilizers": [{"name": "r1", "gamma": 1.0}]}],
            points=2,
        )
