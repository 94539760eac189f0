"""Whether samples are copies of training images."""

from collections.abc import Iterator, Mapping
from typing import Any

from keras import ops

import gankit
from gankit_standard.monitors.remedies import stabilizer

ROWS = 64
EDGE = 16  # pixels, to which images are averaged
SHARE = 0.3


class Memorisation(gankit.Monitor):
    """How near samples are to the nearest of 1,024 training images, over how near these are.

    The latter is what an image has that is as good as they are and no copy: 1 is healthy, 0 a copy.
    Copies of images beyond the first 1,024 are not seen, so this is for small sets.
    """

    logged = ("copies",)

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return the quotient of the medians."""
        if look.examples is None or not look.judgments or len(look.examples.shape) != 4:
            return {}
        fake = look.judgments[0].fake_images[:ROWS]
        if tuple(fake.shape[1:]) != tuple(look.examples.shape[1:]):
            return {}
        examples = _rows(look.examples)
        among = _squares(examples[:ROWS], examples)
        own = ops.concatenate([ops.eye(ROWS), ops.zeros((ROWS, examples.shape[0] - ROWS))], axis=1)
        others = ops.sqrt(ops.min(among + own * 1e12, axis=1))
        nearest = ops.sqrt(ops.min(_squares(_rows(fake), examples), axis=1))
        return {"copies": ops.median(nearest) / ops.maximum(ops.median(others), 1e-12)}

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last two points."""
        shares = trace.last("copies", 2)
        if len(shares) == 2 and max(shares) < SHARE:
            yield gankit.Verdict(
                "memorised",
                "warn",
                f"samples are {shares[-1]:.2g} times as far from training images as these are from "
                "each other: they are copies",
                "bring more data, augment it with ada, or lower the discriminator's capacity",
                [stabilizer("ada"), stabilizer("diff-augment")],
                points=2,
            )


def _rows(images: Any) -> Any:
    """Return small versions of images as rows, (count, size)."""
    pool = max(1, images.shape[1] // EDGE)
    small = ops.average_pool(images, pool, pool) if pool > 1 else images
    return ops.reshape(small, (small.shape[0], -1))


def _squares(some: Any, others: Any) -> Any:
    norms = ops.sum(ops.square(some), axis=1)[:, None] + ops.sum(ops.square(others), axis=1)[None]
    return ops.maximum(norms - 2 * ops.matmul(some, ops.transpose(others)), 0.0)
