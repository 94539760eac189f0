"""Whether samples differ from each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from keras import ops

import gankit
from gankit_standard.monitors.remedies import stabilizer

ROWS = 64
NEAREST = 0.15  # of what it is among real images
SPREAD = 0.3
RUNAWAY = 3.0
WARM_UP = 200  # steps, in which a generator's samples hardly differ yet


class Diversity(gankit.Monitor):
    """How far samples of a batch are from each other, over how far real images are.

    Mode collapse makes samples alike. A Fréchet distance of pixels may not see it: it fell from 254
    to 66 and from 176 to 55 in two games made to collapse, in which the distance to the nearest
    sample was .009 and .045 of that of real images. For points of a plane, where real ones lie
    closer together than a generator can draw, only the mean distance of all tells.
    """

    logged = ("nearest", "spread")

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return both distances, of generated over real."""
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
            what = "the nearest sample is" if max(nearest) < NEAREST else "samples are on average"
            share = nearest[-1] if max(nearest) < NEAREST else spread[-1]
            yield gankit.Verdict(
                "mode-collapse",
                "dead",
                f"{what} {share:.2g} times as far as among real images: samples are alike",
                "let the discriminator see samples side by side: minibatch-std or packing",
                [stabilizer("minibatch-std"), stabilizer("packing"), stabilizer("r1", gamma=1.0)],
                points=2,
            )
        if min(spread) > RUNAWAY:
            yield gankit.Verdict(
                "runaway",
                "warn",
                f"samples are {spread[-1]:.3g} times as far from each other as real images",
                "lower the learning rates, or penalise the discriminator's slope with r1",
                [stabilizer("r1", gamma=1.0)],
                points=2,
            )


def _distances(images: Any) -> tuple[Any, Any]:
    """Return the mean distance to the nearest of a batch, and to all of it."""
    rows = ops.reshape(ops.cast(images, "float32"), (ops.shape(images)[0], -1))
    norms = ops.sum(ops.square(rows), axis=1)
    squares = norms[:, None] + norms[None] - 2 * ops.matmul(rows, ops.transpose(rows))
    far = ops.eye(ops.shape(rows)[0]) * 1e12
    apart = ops.sqrt(ops.maximum(squares, 0.0))
    return ops.mean(ops.min(apart + far, axis=1)), ops.mean(apart)
