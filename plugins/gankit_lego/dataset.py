"""The datasets of brick images."""

import hashlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

import gankit
from gankit_lego.attributes import COLUMNS, attributes_of
from gankit_lego.camera import Views
from gankit_lego.kaggle import kaggle
from gankit_lego.kinds import FAMILIES, KINDS, choose
from gankit_lego.painter import Order, paint
from gankit_lego.picture import Ground, Style, draw

HERE = Path(__file__)
NOT_THE_RENDERER = {HERE, *map(HERE.with_name, ("__init__.py", "attributes.py", "kaggle.py"))}


def lego(
    count: gankit.Count = 10_000,
    size: Annotated[int, Field(ge=8, le=512)] = 64,
    kinds: list[str] | None = None,
    views: Views = "all",
    ground: Ground = "white",
    colour: bool = False,
    seed: Annotated[int, Field(ge=0)] = 0,
    flip: bool = False,
    attributes: bool = False,
    path: str | None = None,
) -> gankit.Dataset:
    """LEGO-like bricks: one per image, from any angle, labelled by its kind.

    They are rendered once and cached. With `path` they are read from the Kaggle dataset
    joosthazelzet/lego-brick-images instead.

    Args:
        count: The number of images to render, equally many of each kind.
        size: The edge of the square images, in pixels.
        kinds: Kinds (`brick-2x4`) and families (`brick`, `plate`, `tile`, `slope`, `inverted`,
            `corner`, `round`, `cone`, `arch`, `technic`) of brick; all if left out.
        views: From `all` around, or of `upright` bricks, with their studs on top.
        ground: The background; `mixed` is white and dark, for half of each kind each.
        colour: Whether bricks are coloured (3 channels) or grey (1 channel).
        seed: The seed of the views and colours.
        flip: Whether images are mirrored left to right at random.
        attributes: Whether the data has attributes, for `conditional = "attributes"`: each family,
            `long` (4 studs or more), `wide` (2 or more), `flat` (a plate high), `dark` (ground),
            and `above` and `below`, for views from more than 37° above or below.
        path: A folder of files `<part> <name> <view>.png`, such as `3001 brick 2x4 000L.png`; all
            of them are read, so `count`, `kinds`, `views` and `seed` have no effect.

    Returns:
        images: (examples, size, size, 1 or 3) of uint8.
        labels: (examples,), indices into `classes`, the names of the kinds.
        attributes: (examples, 16) of 0 and 1, if asked for, with named columns.

    Raises:
        GankitError: There is no such kind or folder, more than a tenth of its files are broken, or
            they are to have mixed ground or attributes.
    """
    if path is not None:
        _check_rendered(ground, attributes)
        return kaggle(path, size, 3 if colour else 1, ground, flip)
    order = Order(choose(kinds or FAMILIES), count, seed, Style(size, views, ground, colour))
    labels = np.arange(count, dtype=np.int32) % len(order.kinds)
    arrays = {"images": _rendered(order), "labels": labels}
    if not attributes:
        return gankit.Dataset(arrays, order.kinds, flip)
    arrays["attributes"] = attributes_of(order)
    return gankit.Dataset(arrays, order.kinds, flip, columns={"attributes": COLUMNS})


def lego_unpaired(
    count: gankit.Count = 10_000,
    size: Annotated[int, Field(ge=8, le=512)] = 64,
    kinds: list[str] | None = None,
    views: Views = "all",
    colour: bool = False,
    seed: Annotated[int, Field(ge=0)] = 0,
    flip: bool = False,
) -> gankit.Dataset:
    """LEGO-like bricks on white and on dark backgrounds, from different views.

    Args:
        count: The number of images in each set.
        size: The edge of the square images, in pixels.
        kinds: Kinds and families of brick, as for `lego`; all if left out.
        views: From `all` around, or of `upright` bricks, with their studs on top.
        colour: Whether bricks are coloured (3 channels) or grey (1 channel).
        seed: The seed of the views and colours.
        flip: Whether images are mirrored left to right at random.

    Returns:
        a: On white ground, (count, size, size, 1 or 3) of uint8.
        b: On dark ground; the bricks of a row are of one kind, but the views differ.

    Raises:
        GankitError: There is no such kind of brick.
    """

    def on(ground: Ground, seed: int) -> np.ndarray:
        return lego(count, size, kinds, views, ground, colour, seed).arrays["images"]

    return gankit.Dataset({"a": on("white", 2 * seed), "b": on("dark", 2 * seed + 1)}, flip=flip)


def _check_rendered(ground: Ground, attributes: bool) -> None:
    asked = [("attributes = true", attributes), ('ground = "mixed"', ground == "mixed")]
    for what in (what for what, given in asked if given):
        raise gankit.GankitError(
            f"{what} is for rendered bricks, and `path` reads images from a folder",
            f"leave out {what}, or path",
        )


def _rendered(order: Order) -> np.ndarray:
    """The images, rendered once and cached."""
    key = {**asdict(order), "renderer": _renderer()}
    shape = (order.count, *order.style.shape)

    def drawn(i: int) -> np.ndarray:
        style = replace(order.style, ground=order.ground(i))
        return draw(KINDS[order.kinds[i % len(order.kinds)]](), style, order.random(i))

    return gankit.cached_images("lego", key, shape, drawn, lambda file: paint(order, file))


def _renderer() -> str:
    """A digest of the renderer, so that images are rendered again when it changes."""
    files = sorted(set(HERE.parent.glob("*.py")) - NOT_THE_RENDERER)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
