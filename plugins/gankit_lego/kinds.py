"""The kinds of brick by name."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import partial

import gankit
from gankit_lego import bricks
from gankit_lego.bricks import BRICK, PLATE
from gankit_lego.mesh import Mesh

_BRICKS = [(1, 1), (1, 2), (1, 3), (1, 4), (2, 2), (2, 3), (2, 4)]
_PLATES = [(1, 1), (1, 2), (1, 4), (2, 2), (2, 3), (2, 4)]
_TILES = [(1, 1), (1, 2), (1, 4), (2, 2)]

KINDS: Mapping[str, Callable[[], Mesh]] = {
    **{f"brick-{x}x{y}": partial(bricks.block, y, x, BRICK) for x, y in _BRICKS},
    **{f"plate-{x}x{y}": partial(bricks.block, y, x, PLATE) for x, y in _PLATES},
    **{f"tile-{x}x{y}": partial(bricks.block, y, x, PLATE, studded=False) for x, y in _TILES},
    "slope-45-2x1": partial(bricks.slope, 1, 20, BRICK),
    "slope-45-2x2": partial(bricks.slope, 2, 20, BRICK),
    "slope-45-2x4": partial(bricks.slope, 4, 20, BRICK),
    "slope-33-3x2": partial(bricks.slope, 2, 40, BRICK),
    "slope-75-2x2x3": partial(bricks.slope, 2, 20, 3 * BRICK),
    "slope-30-1x1": partial(bricks.wedge, 1),
    "slope-30-1x2": partial(bricks.wedge, 2),
    "slope-ridge-2x1": partial(bricks.ridge, 1),
    "slope-ridge-2x2": partial(bricks.ridge, 2),
    "slope-bow-2x1": partial(bricks.bow, 1),
    "slope-bow-2x2": partial(bricks.bow, 2),
    "inverted-45-2x1": partial(bricks.inverted, 1, 2),
    "inverted-45-2x2": partial(bricks.inverted, 2, 2),
    "inverted-33-3x2": partial(bricks.inverted, 2, 3),
    "corner-brick-2x2": partial(bricks.corner, BRICK),
    "corner-plate-2x2": partial(bricks.corner, PLATE),
    "round-brick-1x1": partial(bricks.round_brick, 1, BRICK),
    "round-brick-2x2": partial(bricks.round_brick, 2, BRICK),
    "round-plate-1x1": partial(bricks.round_brick, 1, PLATE),
    "round-plate-2x2": partial(bricks.round_brick, 2, PLATE),
    "round-tile-2x2": partial(bricks.round_brick, 2, PLATE, studded=False),
    "cone-1x1": partial(bricks.cone, 10, 7, BRICK),
    "cone-2x2x2": partial(bricks.cone, 20, 10, 2 * BRICK),
    "arch-1x3": partial(bricks.arch, 3, 20, BRICK),
    "arch-1x4": partial(bricks.arch, 4, 20, BRICK),
    "arch-1x6x2": partial(bricks.arch, 6, 40, 2 * BRICK),
    "technic-brick-1x2": partial(bricks.technic_brick, 2),
    "technic-brick-1x4": partial(bricks.technic_brick, 4),
    "technic-beam-3": partial(bricks.beam, 3),
    "technic-beam-5": partial(bricks.beam, 5),
}
"""What makes the mesh of each kind; its family is the name up to the first hyphen."""


def choose(names: Iterable[str]) -> tuple[str, ...]:
    """The kinds with these names or families, in the order of `KINDS`.

    Raises:
        GankitError: A name is neither a kind nor a family.
    """
    for name in names:
        if name not in KINDS and name not in FAMILIES:
            raise _unknown(name)
    return tuple(kind for kind in KINDS if {kind, family(kind)} & set(names))


def family(kind: str) -> str:
    """The first word of a kind's name."""
    return kind.partition("-")[0]


FAMILIES = tuple(dict.fromkeys(map(family, KINDS)))


def _unknown(name: str) -> gankit.GankitError:
    near = get_close_matches(name, [*FAMILIES, *KINDS])
    return gankit.GankitError(
        f"unknown kind or family of bricks in `kinds`. Received: {name!r}. "
        f"Families: {', '.join(FAMILIES)}",
        f"did you mean {' or '.join(near)}?" if near else f"kinds: {', '.join(KINDS)}",
    )
