"""What is known of each rendered brick beside its kind: its shape, its ground and its view."""

import numpy as np

from gankit_lego.bricks import PITCH, PLATE, STUD_HEIGHT
from gankit_lego.kinds import FAMILIES, KINDS, family
from gankit_lego.painter import Order
from gankit_lego.picture import elevation

COLUMNS = (*FAMILIES, "long", "wide", "flat", "dark", "above", "below")
LONG, WIDE = 4 * PITCH, 2 * PITCH
FLAT = PLATE + STUD_HEIGHT
STEEP = 0.6  # the sine of 37°, which halves the elevations of upright views
ABOUT = 0.5  # by which facets of round bricks may miss these


def attributes_of(order: Order) -> np.ndarray:
    """The attributes of each image, float32 (count, columns) of 0 and 1."""
    kinds = np.array([_of_kind(kind) for kind in order.kinds])
    found = np.zeros((order.count, len(COLUMNS)), np.float32)
    found[:, : kinds.shape[1]] = kinds[np.arange(order.count) % len(kinds)]
    for i, row in enumerate(found):
        height = elevation(order.style, order.random(i))
        row[-3:] = order.ground(i) == "dark", height > STEEP, height < -STEEP
    return found


def _of_kind(kind: str) -> list[bool]:
    """Its family, and whether it is long, wide and flat."""
    low, high = KINDS[kind]().bounds
    *plan, height = high - low
    shape = [max(plan) > LONG - ABOUT, min(plan) > WIDE - ABOUT, height < FLAT + ABOUT]
    return [family(kind) == each for each in FAMILIES] + shape
