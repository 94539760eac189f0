"""The kinds of brick there are, by name."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import partial

import gankit
from gankit_lego.bricks import (
    BRICK,
    PLATE,
    arch,
    beam,
    block,
    bow,
    cone,
    corner,
    inverted,
    ridge,
    round_brick,
    slope,
    technic_brick,
    wedge,
)
from gankit_lego.mesh import Mesh

_BRICKS = [(1, 1), (1, 2), (1, 3), (1, 4), (2, 2), (2, 3), (2, 4)]
_PLATES = [(1, 1), (1, 2), (1, 4), (2, 2), (2, 3), (2, 4)]
_TILES = [(1, 1), (1, 2), (1, 4), (2, 2)]

KINDS: Mapping[str, Callable[[], Mesh]] = {
    **{f"brick-{x}x{y}": partial(block, y, x, BRICK) for x, y in _BRICKS},
    **{f"plate-{x}x{y}": partial(block, y, x, PLATE) for x, y in _PLATES},
    **{f"tile-{x}x{y}": partial(block, y, x, PLATE, studded=False) for x, y in _TILES},
    "slope-45-2x1": partial(slope, 1, 20, BRICK),
    "slope-45-2x2": partial(slope, 2, 20, BRICK),
    "slope-45-2x4": partial(slope, 4, 20, BRICK),
    "slope-33-3x2": partial(slope, 2, 40, BRICK),
    "slope-75-2x2x3": partial(slope, 2, 20, 3 * BRICK),
    "slope-30-1x1": partial(wedge, 1),
    "slope-30-1x2": partial(wedge, 2),
    "slope-ridge-2x1": partial(ridge, 1),
    "slope-ridge-2x2": partial(ridge, 2),
    "slope-bow-2x1": partial(bow, 1),
    "slope-bow-2x2": partial(bow, 2),
    "inverted-45-2x1": partial(inverted, 1, 2),
    "inverted-45-2x2": partial(inverted, 2, 2),
    "inverted-33-3x2": partial(inverted, 2, 3),
    "corner-brick-2x2": partial(corner, BRICK),
    "corner-plate-2x2": partial(corner, PLATE),
    "round-brick-1x1": partial(round_brick, 1, BRICK),
    "round-brick-2x2": partial(round_brick, 2, BRICK),
    "round-plate-1x1": partial(round_brick, 1, PLATE),
    "round-plate-2x2": partial(round_brick, 2, PLATE),
    "round-tile-2x2": partial(round_brick, 2, PLATE, studded=False),
    "cone-1x1": partial(cone, 10, 7, BRICK),
    "cone-2x2x2": partial(cone, 20, 10, 2 * BRICK),
    "arch-1x3": partial(arch, 3, 20, BRICK),
    "arch-1x4": partial(arch, 4, 20, BRICK),
    "arch-1x6x2": partial(arch, 6, 40, 2 * BRICK),
    "technic-brick-1x2": partial(technic_brick, 2),
    "technic-brick-1x4": partial(technic_brick, 4),
    "technic-beam-3": partial(beam, 3),
    "technic-beam-5": partial(beam, 5),
}
"""Each kind's name and what makes its mesh; the family is the name up to its first hyphen."""


def choose(names: Iterable[str]) -> tuple[str, ...]:
    """The kinds of these names or families, in the order of `KINDS`.

    Raises:
        GankitError: A name is neither a kind's nor a family's.
    """
    for name in names:
        if name not in KINDS and name not in FAMILIES:
            raise _unknown(name)
    return tuple(kind for kind in KINDS if {kind, _family(kind)} & set(names))


def _family(kind: str) -> str:
    return kind.partition("-")[0]


FAMILIES = tuple(dict.fromkeys(map(_family, KINDS)))


def _unknown(name: str) -> gankit.GankitError:
    near = get_close_matches(name, [*FAMILIES, *KINDS])
    return gankit.GankitError(
        f"`kinds` takes kinds and families of brick. Received: {name!r}. "
        f"Families: {', '.join(FAMILIES)}",
        f"did you mean {' or '.join(near)}?" if near else f"kinds: {', '.join(KINDS)}",
    )
