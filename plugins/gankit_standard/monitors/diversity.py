"""Whether samples differ from each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from keras import ops

import gankit
from gankit_standard.monitors.remedies import R1, advice

ROWS = 64
NEAREST = 0.15  # of the distance among real images
SPREAD = 0.3
RUNAWAY = 3.0
WARM_UP = 200  # steps: the samples of an untrained generator hardly differ


class Diversity(gankit.Monitor):
    """The distances between the samples of a batch, divided by those between real images.

    Mode collapse makes samples alike. A Fréchet distance of pixels can miss it: in two games made
    to collapse it fell from 254 to 66 and from 176 to 55, while the distance to the nearest sample
    was .009 and .045 of that between real images. For points in a plane only the mean distance is
    used: their modes are narrower than a generator can draw.
    """

    logged = ("nearest", "spread")

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return both distances, generated divided by real."""
        if not look.judgments:
            return {}
        pairs = [(j.fake_images[:ROWS], j.real_images[:ROWS]) for j in look.judgments]
        found = [(_distances(fake), _distances(real)) for fake, real in pairs]
        spread = [f[1] / ops.maximum(r[1], 1e-12) for f, r in found]
        nearest = [f[0] / ops.maximum(r[0], 1e-12) for f, r in found]
        told = {"spread": sum(spread) / len(found)}
        if len(pairs[0][0].shape) == 4:
            told["nearest"] = sum(nearest) / len(found)
        return told

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last two points."""
        nearest, spread = trace.last("nearest", 2), trace.last("spread", 2)
        if len(trace) < 3 or trace.last("step", 2)[0] <= WARM_UP:
            return
        if max(nearest) < NEAREST or max(spread) < SPREAD:
            alike = max(nearest) < NEAREST
            what = "the distance to the nearest sample" if alike else "the mean distance of samples"
            ratio = nearest[-1] if alike else spread[-1]
            yield gankit.Verdict(
                "mode-collapse",
                "dead",
                f"{what} is {ratio:.2g} times that of real images: samples are alike",
                *advice(
                    trace,
                    ("let the discriminator compare samples: add {}", "minibatch-std", "packing"),
                    R1,
                ),
                points=2,
            )
        if min(spread) > RUNAWAY:
            yield gankit.Verdict(
                "runaway",
                "warn",
                f"samples are {spread[-1]:.3g} times as far apart as real images",
                *advice(trace, "lower the learning rates", R1),
                points=2,
            )


def _distances(images: Any) -> tuple[Any, Any]:
    """Return the mean distance to the nearest image of a batch, and to all of them."""
    rows = ops.reshape(ops.cast(images, "float32"), (ops.shape(images)[0], -1))
    norms = ops.sum(ops.square(rows), axis=1)
    squares = norms[:, None] + norms[None] - 2 * ops.matmul(rows, ops.transpose(rows))
    far = ops.eye(ops.shape(rows)[0]) * 1e12
    apart = ops.sqrt(ops.maximum(squares, 0.0))
    return ops.mean(ops.min(apart + far, axis=1)), ops.mean(apart)
