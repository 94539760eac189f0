"""A z-buffer that rasterizes all triangles of an image at once, without a loop over them."""

import numpy as np

_NUMBER = 0xFFFF  # the last bits of 1 / depth, replaced by a triangle's number


def rasterize(corners: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the nearest triangle at each pixel's centre.

    Triangles are cut into spans, one a row, and spans into fragments, one a pixel; the nearest
    fragment of each pixel is kept. Positive floats have the order of their bits, so 1 / depth with
    the triangle's number in its last bits is one integer, the largest for the nearest fragment.

    Args:
        corners: (triangles, 3, 3) of columns, rows and 1 / depth > 0. Triangles that look
            counter-clockwise, with rows pointing down, face the viewer; others are not drawn.
        size: The edge of the image, in pixels.

    Returns:
        The covered pixels (pixels,), 1 / depth there, and the triangle there.
    """
    facing = np.flatnonzero(_doubled_areas(corners) < 0)
    corners = corners[facing]
    first, count = _centres(corners[..., 1].min(1), corners[..., 1].max(1), size)
    triangle = np.repeat(np.arange(len(facing)), count)
    row = _offsets(first, count)[triangle] + np.arange(len(triangle))
    first, count = _centres(*_bounds(corners, triangle, row + 0.5), size)
    across, down, start = _planes(corners)[:, triangle]
    near = start + across * 0.5 + down * (row + 0.5)
    keys, pixels = _fragments(near, across, facing[triangle], row * size, first, count)
    return _nearest(keys, pixels, size)


def _fragments(
    near: np.ndarray,
    across: np.ndarray,
    number: np.ndarray,
    row: np.ndarray,
    first: np.ndarray,
    count: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Keys and pixels of the fragments of spans; `near` and `row` are 1 / depth and pixel at 0."""
    offset = _offsets(first, count)
    place = np.arange(count.sum())
    depth = np.repeat(near + across * offset, count) + np.repeat(across, count) * place
    keys = depth.view(np.int64) & ~_NUMBER | np.repeat(number, count)
    return keys, np.repeat(row + offset, count) + place


def _nearest(
    keys: np.ndarray, pixels: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pixels with a fragment, and 1 / depth and number from the largest key of each."""
    buffer = np.zeros(size * size, np.int64)
    np.maximum.at(buffer, pixels, keys)
    pixels = np.flatnonzero(buffer)
    keys = buffer[pixels]
    return pixels, (keys & ~_NUMBER).view(np.float64), keys & _NUMBER


def _centres(low: np.ndarray, high: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The first pixel whose centre is between low and high, and how many are."""
    first, stop = (np.ceil(np.clip(edge, 0, size) - 0.5).astype(np.int64) for edge in (low, high))
    return first, np.maximum(stop - first, 0)


def _offsets(first: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The offset of each range from its place in the list of all ranges."""
    return np.asarray(first - np.cumsum(count) + count)


def _bounds(
    corners: np.ndarray, triangle: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where the line at height y (spans,) enters and leaves its triangle (spans,)."""
    left, right = np.full(len(y), -np.inf), np.full(len(y), np.inf)
    for i in range(3):
        x, slope, falls = _edge(corners[:, i, :2], corners[:, (i + 1) % 3, :2])
        at = x[triangle] + slope[triangle] * y
        np.maximum(left, at, out=left, where=(falls > 0)[triangle])
        np.minimum(right, at, out=right, where=(falls < 0)[triangle])
    return left, right


def _edge(start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The line x + slope · y through an edge, bit-identical in both directions."""
    falls = stop[:, 1] - start[:, 1]
    upper = np.where((falls > 0)[:, None], start, stop)
    lower = np.where((falls > 0)[:, None], stop, start)
    height = np.where(falls == 0, 1, lower[:, 1] - upper[:, 1])  # level edges bound no span
    slope = (lower[:, 0] - upper[:, 0]) / height
    return upper[:, 0] - slope * upper[:, 1], slope, falls


def _planes(corners: np.ndarray) -> np.ndarray:
    """1 / depth as an affine function of the image: (across, down, at the origin) × triangles."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = (corners[:, i].T for i in range(3))
    area = _doubled_areas(corners)
    across = ((bz - az) * (cy - ay) - (cz - az) * (by - ay)) / area
    down = ((cz - az) * (bx - ax) - (bz - az) * (cx - ax)) / area
    return np.stack([across, down, az - across * ax - down * ay])


def _doubled_areas(corners: np.ndarray) -> np.ndarray:
    ab, ac = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
