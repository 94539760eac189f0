"""The monitor `my-part`."""

from collections.abc import Iterator
from typing import Annotated, Any

import gankit
from keras import ops
from pydantic import Field


class MyPart(gankit.Monitor):
    """Warns if the mean of the samples is far from the mean of the data, twice in a row.

    Args:
        most: The largest distance without a warning; data are in [−1, 1].
    """

    logged = ("mean_distance",)

    def __init__(self, most: Annotated[float, Field(gt=0)] = 0.5):
        self.most = most

    def watch(self, look: gankit.Look) -> dict[str, Any]:
        """Return the distance between the means of a batch."""
        if not look.judgments:
            return {}
        judgment = look.judgments[0]
        distance = ops.mean(judgment.fake_images) - ops.mean(judgment.real_images)
        return {"mean_distance": ops.abs(distance)}

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last two points."""
        last = trace.last("mean_distance", 2)
        if len(last) == 2 and min(last) > self.most:
            yield gankit.Verdict(
                "far",
                "warn",
                f"the mean of the samples is {last[-1]:.2g} from that of the data",
                "lower the learning rates",
                points=2,
            )
