"""Whether gradients explode or vanish."""

from collections.abc import Iterator

import gankit
from gankit_standard.monitors.remedies import clipped, stabilizer

FACTOR = 100.0  # to the first point


class Gradients(gankit.Monitor):
    """Gradient norms that grew or shrank a hundredfold since the first point, twice in a row.

    Nine healthy games on MNIST and on points stayed within this factor. Games made to explode or
    vanish did not.
    """

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last two points."""
        for column in trace.columns:
            if column.endswith("_grad_norm"):
                yield from self._of(trace, column)

    def _of(self, trace: gankit.Trace, column: str) -> Iterator[gankit.Verdict]:
        first, last = trace.first(column), trace.last(column, 2)
        if len(trace) < 3 or not first > 0:
            return
        player = column.removesuffix("_grad_norm")
        told = f"the gradient norm of {player} is {last[-1]:.3g}; it began at {first:.3g}"
        if min(last) > FACTOR * first:
            yield gankit.Verdict(
                f"exploding-{player}",
                "warn",
                told,
                "lower the learning rate, or clip: optimizer = { …, clipnorm = 1.0 }",
                [clipped()],
                points=2,
            )
        elif max(last) * FACTOR < first:
            yield gankit.Verdict(
                f"vanishing-{player}",
                "warn",
                told,
                "penalise the discriminator's gradient with r1, or use a loss that does not "
                "saturate",
                [stabilizer("r1", gamma=1.0)],
                points=2,
            )
