"""A z-buffer that draws all triangles of a picture at once, without a loop over any of them."""

import numpy as np

_ID = 0xFFFF  # the bits of a depth that hold a triangle's number


def rasterize(corners: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the nearest triangle at each pixel's centre.

    Triangles are cut into spans, one a row; spans into fragments, one a pixel; and of a pixel's fragments
    the nearest stays. Positive floats are ordered as their bits are: 1 / depth with a triangle's
    number in its last bits is one integer, and the nearest fragment the largest.

    Args:
        corners: (triangles, 3, 3) of columns, rows and 1 / depth, where 1 / depth is positive;
            triangles that run counter-clockwise as seen (rows point down) face the viewer.
        size: The picture's width and height in pixels.

    Returns:
        The pixels that are covered (pixels,), 1 / depth there, and the triangle there.
    """
    facing = np.flatnonzero(_doubled_areas(corners) < 0)
    corners = corners[facing]
    number, row = _spread(*_reach(corners[..., 1].min(1), corners[..., 1].max(1), size))
    left, right = _bounds(corners, number, row + 0.5)
    span, column = _spread(*_reach(left, right, size))
    number, row = number[span], row[span]
    across, down, start = _planes(corners)[:, number]
    near = start + across * (column + 0.5) + down * (row + 0.5)
    buffer = np.zeros(size * size, np.int64)
    np.maximum.at(buffer, row * size + column, near.view(np.int64) & ~_ID | facing[number])
    pixels = np.flatnonzero(buffer)
    nearest = buffer[pixels]
    return pixels, (nearest & ~_ID).view(np.float64), nearest & _ID


def _reach(low: np.ndarray, high: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The first pixel whose centre lies between low and high, and how many do."""
    first, stop = (np.ceil(np.clip(edge, 0, size) - 0.5).astype(np.int64) for edge in (low, high))
    return first, np.maximum(stop - first, 0)


def _spread(first: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For ranges of `count` numbers from `first`: the range and the number, of every number."""
    owner = np.repeat(np.arange(len(count)), count)
    skipped = np.cumsum(count) - count
    return owner, np.arange(len(owner)) + (first - skipped)[owner]


def _bounds(
    corners: np.ndarray, number: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where the line at height y (spans,) enters and leaves the triangles `number` (spans,)."""
    left, right = np.full(len(y), -np.inf), np.full(len(y), np.inf)
    for i in range(3):
        x, slope, falls = _edge(corners[:, i, :2], corners[:, (i + 1) % 3, :2])
        at = x[number] + slope[number] * y
        np.maximum(left, at, out=left, where=(falls > 0)[number])
        np.minimum(right, at, out=right, where=(falls < 0)[number])
    return left, right


def _edge(start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The line x + slope · y through an edge, equal to the bit whichever way it is walked."""
    falls = stop[:, 1] - start[:, 1]
    upper = np.where((falls > 0)[:, None], start, stop)
    lower = np.where((falls > 0)[:, None], stop, start)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (lower[:, 0] - upper[:, 0]) / (lower[:, 1] - upper[:, 1])
    return upper[:, 0] - slope * upper[:, 1], slope, falls


def _planes(corners: np.ndarray) -> np.ndarray:
    """1 / depth as an affine function of the picture: (across, down, at the origin) × triangles."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = (corners[:, i].T for i in range(3))
    area = _doubled_areas(corners)
    across = ((bz - az) * (cy - ay) - (cz - az) * (by - ay)) / area
    down = ((cz - az) * (bx - ax) - (bz - az) * (cx - ax)) / area
    return np.stack([across, down, az - across * ax - down * ay])


def _doubled_areas(corners: np.ndarray) -> np.ndarray:
    ab, ac = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
