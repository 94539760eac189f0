"""Bricks in true proportions: in LDraw units of 0.4 mm, z up, standing on z = 0."""

from collections.abc import Sequence
from itertools import product

from gankit_lego.mesh import Mesh
from gankit_lego.outline import Outline, Piece, arc, rectangle
from gankit_lego.solid import across, drilled, hollow, revolve, rim, trough

Places = Sequence[tuple[float, float]]

PITCH, BRICK, PLATE = 20, 24, 8
STUD_RADIUS, STUD_HEIGHT = 6, 4
BORE = [(8, 10), (8, 8), (6, 8), (6, -8), (8, -8), (8, -10)]  # (radius, z) of a hole across a beam


def block(columns: int, rows: int, height: float, *, studded: bool = True) -> Mesh:
    """A brick, plate or tile, with so many studs along x and y."""
    body = hollow(rectangle(PITCH * columns, PITCH * rows), height)
    parts = [body, *tubes(columns, rows, height - 4)]
    return Mesh.join(parts + studs(grid(columns, rows), height) if studded else parts)


def corner(height: float) -> Mesh:
    """An L of three studs."""
    plan = Outline.of((-20, -20), (20, -20), (20, 0), (0, 0), (0, 20), (-20, 20))
    places = [(-10, -10), (10, -10), (-10, 10)]
    return Mesh.join([hollow(plan, height), *studs(places, height)])


def slope(columns: int, front: float, height: float) -> Mesh:
    """A slope from one row of studs down to a lip at y = `front`."""
    profile = Outline.of((-20, 0), (front, 0), (front, 4), (0, height), (-20, height))
    return Mesh.join([trough(profile, PITCH * columns), *studs(grid(columns, 1, y=-10), height)])


def wedge(columns: int) -> Mesh:
    """A slope without studs, one stud long and two plates high."""
    profile = Outline.of((-10, 0), (10, 0), (10, 4), (-10, 2 * PLATE))
    return trough(profile, PITCH * columns)


def ridge(columns: int) -> Mesh:
    """The ridge of a roof."""
    profile = Outline.of((-20, 0), (20, 0), (20, 4), (0, BRICK), (-20, 4))
    return trough(profile, PITCH * columns)


def bow(columns: int) -> Mesh:
    """A curved slope without studs, two studs long."""
    profile = Outline.of((-20, 0), (20, 0), (20, 4), arc(-20, -26, 50, 36.87, 90))
    return across(profile, PITCH * columns)


def inverted(columns: int, rows: int) -> Mesh:
    """An inverted slope: a brick that overhangs one row by `rows` − 1 rows."""
    front = 20 * rows - 20
    profile = Outline.of((-20, 0), (0, 0), (front, 20), (front, BRICK), (-20, BRICK))
    room = Outline.of((-16, 0), (-4, 0), (-4, 20), (-16, 20))
    places = grid(columns, rows, y=front / 2 - 10)
    return Mesh.join([trough(profile, PITCH * columns, room), *studs(places, BRICK)])


def round_brick(columns: int, height: float, *, studded: bool = True) -> Mesh:
    """A round brick, plate or tile, one or two studs wide."""
    if columns == 1:
        room: list[tuple[float, float]] = [(0, 4), (6, 4), (6, 0), (8, 0), (8, 3), (10, 3)]
    else:
        room = [(0, height - 4), (16, height - 4), (16, 0), (20, 0)]
    parts = [revolve(*room, (10 * columns, height), (0, height))]
    parts += tubes(columns, columns, height - 4)
    return Mesh.join(parts + studs(grid(columns, columns), height) if studded else parts)


def cone(radius: float, top: float, height: float) -> Mesh:
    """A cone with one stud on top."""
    room = [(0, height - 4), (top - 4, height - 4), (radius - 4, 0), (radius, 0), (radius, 4)]
    return Mesh.join([revolve(*room, (top, height), (0, height)), *studs([(0, 0)], height)])


def arch(rows: int, opening: float, height: float) -> Mesh:
    """An arch along y, one stud wide, over a semicircular opening of this radius."""
    end = 10 * rows
    bridge = arc(0, 0, opening, 180, 0)
    foot: list[Piece] = [(-end, 0), (-opening, 0), bridge, (opening, 0), (end, 0)]
    profile = Outline.of(*foot, (end, height), (-end, height))
    return Mesh.join([across(profile, PITCH), *studs(grid(1, rows), height)])


def technic_brick(rows: int) -> Mesh:
    """A brick along y with hollow studs, and holes across it between them."""
    end, holes = 10 * rows, [20 * i - 10 * rows + 20 for i in range(rows - 1)]
    profile, faces = _drilled_wall(end, BRICK, holes, 8)
    room, room_faces = _drilled_wall(end - 4, BRICK - 2, holes, 7)
    outside = across(profile, PITCH, faces, open_below=True)
    inside = across(room, PITCH - 8, room_faces, open_below=True).inside_out()
    sleeve = [(7, -6), (7, 6)]
    parts = [outside, inside, rim(profile, PITCH, room, PITCH - 8)]
    parts += [revolve(*line).upright().moved(0, y, 14) for y in holes for line in (BORE, sleeve)]
    return Mesh.join(parts + studs(grid(1, rows), BRICK, hollow=True))


def beam(holes: int) -> Mesh:
    """A beam along y with round ends, and holes across it."""
    places = [20 * i - 10 * holes + 10 for i in range(holes)]
    left, right = arc(places[0], 9, 9, 90, 270), arc(places[-1], 9, 9, -90, 90)
    faces = drilled([left], [right], 18, places, 9, 8)
    bores = [revolve(*BORE).upright().moved(0, y, 9) for y in places]
    return Mesh.join([across(Outline.of(left, right), PITCH, faces), *bores])


def studs(places: Places, height: float, *, hollow: bool = False) -> list[Mesh]:
    """Studs at places (x, y) at this height."""
    top = [(4, STUD_HEIGHT), (4, 0)] if hollow else [(0, STUD_HEIGHT)]
    stud = revolve((STUD_RADIUS, 0), (STUD_RADIUS, STUD_HEIGHT), *top)
    return [stud.moved(x, y, height) for x, y in places]


def tubes(columns: int, rows: int, height: float) -> list[Mesh]:
    """What grips the studs below: tubes between four of them, or pins between two."""
    if min(columns, rows) > 1:
        part = revolve((6, height), (6, 0), (8, 0), (8, height))
    else:
        part = revolve((0, 0), (4, 0), (4, height))
    if max(columns, rows) == 1:
        return []
    return [part.moved(x, y, 0) for x, y in grid(max(1, columns - 1), max(1, rows - 1))]


def grid(columns: int, rows: int, y: float = 0) -> Places:
    """Places (x, y) one pitch apart, centred at x = 0 and y."""
    places = product(range(columns), range(rows))
    return [(20 * i - 10 * columns + 10, 20 * j - 10 * rows + 10 + y) for i, j in places]


def _drilled_wall(
    end: float, height: float, holes: Sequence[float], radius: float
) -> tuple[Outline, list[Outline]]:
    """A rectangular side view, and the outlines that fill it around its holes."""
    corners = [(-end, 0), (end, 0), (end, height), (-end, height)]
    faces = drilled([corners[3], corners[0]], corners[1:3], height, holes, 14, radius)
    return Outline.of(*corners), faces
