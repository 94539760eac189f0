"""Whether gradients explode or vanish, and whether a critic is bounded."""

from collections.abc import Iterator, Mapping
from typing import Any

from keras import ops

import gankit
from gankit_standard.monitors.remedies import R1, advice, clipped

FACTOR = 100.0  # to the first point
STEEP = 10.0  # a critic's slope; its loss assumes 1
BOUNDS = ("gradient-penalty", "spectral-norm", "weight-clipping")


class Gradients(gankit.Monitor):
    """Gradient norms that grew or shrank a hundredfold since the first point, twice in a row.

    Nine healthy games on MNIST and on points stayed within this factor. Games made to explode or
    vanish did not.

    A critic without a gradient penalty has no bound either. The monitor divides the mean gap
    between its values of real and generated images by their distance. No critic whose slope is at
    most 1 can reach more than 1. Above 10, with a negative loss, the critic is unbounded.
    """

    logged = ("slope",)

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return a lower bound of the discriminator's slope."""
        slopes = [_slope(judgment) for judgment in look.judgments]
        return {"slope": sum(slopes) / len(slopes)} if slopes else {}

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last two points."""
        for column in trace.columns:
            if column.endswith("_grad_norm"):
                yield from self._of(trace, column)
        slopes, losses = trace.last("slope", 2), trace.last("d_loss", 2)
        linear = trace.outlook.floor is None and trace.outlook.chance is None
        if linear and len(slopes) == 2 and min(slopes) > STEEP and max(losses) < 0:
            yield gankit.Verdict(
                "unbounded",
                "warn",
                f"the critic's slope is at least {slopes[-1]:.3g}, and its loss assumes at most 1",
                *advice(trace, ("bound the slope with {}", *BOUNDS)),
                points=2,
            )

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
                *advice(trace, R1, "use a loss that does not saturate"),
                points=2,
            )


def _slope(judgment: gankit.Judgment) -> Any:
    gap = ops.abs(ops.mean(judgment.real) - ops.mean(judgment.fake))
    real, fake = _rows(judgment.real_images), _rows(judgment.fake_images)
    return gap / ops.maximum(_distance(real, fake), 1e-12)


def _rows(images: Any) -> Any:
    return ops.reshape(ops.cast(images, "float32"), (ops.shape(images)[0], -1))


def _distance(some: Any, others: Any) -> Any:
    """Return the root mean square distance between the rows of two matrices."""
    apart = ops.mean(some, axis=0) - ops.mean(others, axis=0)
    own = ops.sum(ops.var(some, axis=0)) + ops.sum(ops.var(others, axis=0))
    return ops.sqrt(ops.sum(ops.square(apart)) + own)
