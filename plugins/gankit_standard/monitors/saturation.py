"""Whether the discriminator has won, or is worse than guessing, by its ranking of images."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from keras import ops

import gankit
from gankit_standard.monitors.remedies import R1, advice

SURE = 0.999  # of the ranking
WRONG = 0.4
WARM_UP = 200  # steps: an untrained discriminator ranks at random
LASTING = 4  # points
VANISHED = 0.01  # of the generator's gradient at the first point
GAIN = 0.01  # of the score in as many points: less is none


class Saturation(gankit.Monitor):
    """How often the discriminator ranks a real image above a generated one: the AUC.

    This is independent of the loss. At 1 the discriminator is never wrong. If the generator's
    gradient then vanishes, as with `minimax`, or the score no longer improves, the discriminator
    has won. Below .5 it is worse than guessing.

    Reference:
        Arjovsky & Bottou 2017, Towards Principled Methods for Training Generative Adversarial
        Networks, arXiv:1701.04862.
    """

    logged = ("ranked_right",)

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return the fraction of pairs of a batch in which the real image has the higher logit."""
        if not look.judgments:
            return {}
        shares = [_ranked(judgment.real, judgment.fake) for judgment in look.judgments]
        return {"ranked_right": sum(shares) / len(shares)}

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last two or three points."""
        ranked = trace.last("ranked_right", 3)
        if len(ranked) == 3 and min(ranked) > SURE:
            yield from self._won(trace)
        if trace.last("step", 2)[0] > WARM_UP and max(ranked[-2:]) < WRONG:
            lasting = max(trace.last("ranked_right", LASTING)) < WRONG
            yield gankit.Verdict(
                "wrong",
                "dead" if lasting else "warn",
                f"the discriminator ranks only {ranked[-1]:.0%} of pairs correctly: it is worse "
                "than guessing",
                "give it more turns, or a higher learning rate",
                [{"players": {"discriminator": {"repeats": 2}}}],
                points=2,
            )

    def _won(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        first, last = trace.first("g_grad_norm"), trace.last("g_grad_norm", 2)
        evidence = "the discriminator ranks all pairs correctly"
        vanished = max(last) < VANISHED * first
        if vanished:
            evidence += f", and the generator's gradient is {last[-1] / first:.1%} of the first one"
        stuck = _is_stuck(trace)
        if stuck:
            evidence += ", and the score does not improve"
        if vanished or stuck or math.isnan(first):
            yield gankit.Verdict(
                "won",
                "warn",
                evidence,
                *advice(
                    trace,
                    R1,
                    ("blur what it sees with {}", "instance-noise"),
                    "lower its learning rate",
                    "use bce instead of minimax",
                ),
                points=3,
            )
        else:
            yield gankit.Verdict(
                "sure",
                "note",
                "the discriminator ranks all pairs correctly; the generator still gets a gradient",
                *advice(
                    trace,
                    ("if samples stay bad, train longer with {}", "r1"),
                    "if the discriminator has batch normalisation, train without it",
                ),
                points=3,
            )


def _is_stuck(trace: gankit.Trace) -> bool:
    """Return whether the discriminator was sure at the last points and the score stayed."""
    ranked, scores = trace.last("ranked_right", LASTING), trace.last("score", LASTING)
    if len(ranked) < LASTING or min(ranked) <= SURE or any(map(math.isnan, scores)):
        return False
    best = min(scores) if trace.outlook.better == "low" else max(scores)
    return abs(best - scores[0]) < GAIN * abs(scores[0])


def _ranked(real: Any, fake: Any) -> Any:
    pairs = ops.reshape(real, (-1, 1)) - ops.reshape(fake, (1, -1))
    halves = ops.cast(pairs > 0, "float32") + ops.cast(pairs >= 0, "float32")
    return ops.mean(halves) / 2
