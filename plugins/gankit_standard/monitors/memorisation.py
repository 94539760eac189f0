"""Whether samples are copies of training images."""

from collections.abc import Iterator, Mapping
from typing import Any

from keras import ops

import gankit
from gankit_standard.monitors.remedies import advice

ROWS = 64
EDGE = 16  # pixels of the averaged images
RATIO = 0.4
SAME = 1e-3  # of the mean squared distance: the same image twice in the data


class Memorisation(gankit.Monitor):
    """The distance of samples to the nearest training image, divided by that between these.

    1 is healthy, 0 is a copy. The monitor compares with the first 1,024 training images and misses
    copies of others, so it is for small datasets.
    """

    logged = ("copies",)

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return the ratio of the medians."""
        if look.examples is None or not look.judgments or len(look.examples.shape) != 4:
            return {}
        fake = look.judgments[0].fake_images[:ROWS]
        if tuple(fake.shape[1:]) != tuple(look.examples.shape[1:]):
            return {}
        examples = _rows(look.examples)
        among = _squares(examples[:ROWS], examples)
        own = ops.concatenate([ops.eye(ROWS), ops.zeros((ROWS, examples.shape[0] - ROWS))], axis=1)
        same = ops.maximum(own, ops.cast(among < SAME * ops.mean(among), "float32"))
        others = ops.sqrt(ops.min(among + same * 1e12, axis=1))
        nearest = ops.sqrt(ops.min(_squares(_rows(fake), examples), axis=1))
        return {"copies": ops.median(nearest) / ops.maximum(ops.median(others), 1e-12)}

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last two points."""
        ratios = trace.last("copies", 2)
        if len(ratios) == 2 and max(ratios) < RATIO:
            yield gankit.Verdict(
                "memorised",
                "warn",
                f"the distance of samples to training images is {ratios[-1]:.2g} times that "
                "between training images: they are copies",
                *advice(
                    trace,
                    "use more data",
                    ("augment it with {}", "ada", "diff-augment"),
                    "use a smaller discriminator",
                ),
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
