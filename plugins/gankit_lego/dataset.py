"""Images of bricks, as a dataset."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

import gankit
from gankit_lego.camera import Views
from gankit_lego.kaggle import kaggle
from gankit_lego.kinds import FAMILIES, choose
from gankit_lego.painter import Order, paint
from gankit_lego.picture import Ground, Style


def lego(
    count: gankit.Count = 10_000,
    size: Annotated[int, Field(ge=8, le=512)] = 64,
    kinds: list[str] | None = None,
    views: Views = "all",
    ground: Ground = "white",
    colour: bool = False,
    seed: Annotated[int, Field(ge=0)] = 0,
    flip: bool = False,
    path: str | None = None,
) -> gankit.Dataset:
    """LEGO-like bricks: one an image, from all around, labelled by its kind.

    They are rendered once, by a renderer of our own; later runs find them in the cache. With
    `path` they are read instead, from the Kaggle set joosthazelzet/lego-brick-images.

    Args:
        count: How many images to render; each kind gets its equal share.
        size: The edge of the square images, in pixels.
        kinds: Kinds (`brick-2x4`) and families (`brick`, `plate`, `tile`, `slope`, `inverted`,
            `corner`, `round`, `cone`, `arch`, `technic`) of brick; all if left out.
        views: From `all` around, or `upright`: as bricks stand, studs on top.
        ground: What is behind the bricks.
        colour: Whether bricks have colours (3 channels) or are grey (1 channel).
        seed: What the views are drawn from: equal seeds give equal images.
        flip: Whether an image's mirror image is as good as the image.
        path: A folder of `<part> <name> <view>.png`, e.g. `3001 brick 2x4 000L.png`, all of which
            are read: `count`, `kinds`, `views` and `seed` are for rendering.

    Returns:
        images: (examples, size, size, 1 or 3) of uint8.
        labels: (examples,), places in `classes`, the names of the kinds.

    Raises:
        GankitError: There is no such kind or folder, or more than a tenth of its files are broken.
    """
    if path is not None:
        return kaggle(Path(path).expanduser(), size, 3 if colour else 1, ground, flip)
    order = Order(choose(kinds or FAMILIES), count, seed, Style(size, views, ground, colour))
    folder = _rendered(order)
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("images", "labels")}
    return gankit.Dataset(arrays, order.kinds, flip)


def _rendered(order: Order) -> Path:
    """The cached folder of an order's images and labels."""

    def make(folder: Path) -> None:
        paint(order, folder / "images.npy")
        np.save(folder / "labels.npy", np.arange(order.count, dtype=np.int32) % len(order.kinds))

    return gankit.cached("lego", {**asdict(order), "renderer": _renderer()}, make)


def _renderer() -> str:
    """A digest of the renderer, so that a change of it renders anew."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
