"""Bricks on two grounds, as two sets of images without pairs."""

from typing import Annotated

from pydantic import Field

import gankit
from gankit_lego.camera import Views
from gankit_lego.dataset import lego


def lego_unpaired(
    count: gankit.Count = 10_000,
    size: Annotated[int, Field(ge=8, le=512)] = 64,
    kinds: list[str] | None = None,
    views: Views = "all",
    colour: bool = False,
    seed: Annotated[int, Field(ge=0)] = 0,
    flip: bool = False,
) -> gankit.Dataset:
    """LEGO-like bricks twice, on white and on dark ground, no two from the same view.

    Args:
        count: How many images to render of each set.
        size: The edge of the square images, in pixels.
        kinds: Kinds and families of brick, as of `lego`; all if left out.
        views: From `all` around, or `upright`: as bricks stand, studs on top.
        colour: Whether bricks have colours (3 channels) or are grey (1 channel).
        seed: What the views are drawn from: equal seeds give equal images.
        flip: Whether an image's mirror image is as good as the image.

    Returns:
        a: On white ground, (count, size, size, 1 or 3) of uint8.
        b: On dark ground; the brick of a row is of the kind of that in `a`, seen from elsewhere.

    Raises:
        GankitError: There is no such kind of brick.
    """

    def on(ground, seed):
        return lego(count, size, kinds, views, ground, colour, seed).arrays["images"]

    return gankit.Dataset({"a": on("white", 2 * seed), "b": on("dark", 2 * seed + 1)}, flip=flip)
