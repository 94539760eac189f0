"""Any values as images: channels side by side, sequences as curves, rows in a plane."""

import math
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from gankit.data.scaling import as_uint8, from_uint8

CURVE = (64, 96)  # height and width of a curve
INKS = ((20, 90, 200), (210, 90, 20), (40, 140, 60), (140, 60, 160), (90, 90, 90))
VISIBLE = (1, 3, 4)  # channels: grey, colour, colour with transparency


def as_images(values: np.ndarray, reference: np.ndarray | None = None) -> np.ndarray:
    """Return examples as images, (count, height, width, 1, 3 or 4) of uint8.

    Args:
        values: (count, …). Images have floats in [−1, 1] or uint8; more axes before them are
            frames, set side by side. Sequences (count, length, channels) become curves, as do rows
            (count, columns).
        reference: Values that curves have the range of; by default all of `values`.
    """
    if values.ndim > 4:
        frames = [as_images(values[:, place], reference) for place in range(values.shape[1])]
        return np.concatenate(frames, axis=2)
    if values.ndim == 4:
        return channels_apart(as_uint8(values))
    if values.ndim == 2:
        values = values[..., None]
    return curves(from_uint8(values), values if reference is None else reference)


def channels_apart(images: np.ndarray) -> np.ndarray:
    """Return images of other than 1, 3 or 4 channels with the channels side by side, in grey."""
    count, height, width, channels = images.shape
    if channels in VISIBLE:
        return images
    columns = math.ceil(math.sqrt(channels))
    rows = math.ceil(channels / columns)
    tiles = np.zeros((count, height, width, rows * columns), images.dtype)
    tiles[..., :channels] = images
    tiles = tiles.reshape(count, height, width, rows, columns).transpose(0, 3, 1, 4, 2)
    return tiles.reshape(count, rows * height, columns * width, 1)


def curves(sequences: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return sequences (count, length, channels) as curves, a colour for each channel.

    All have the range of the reference, with a margin; numbers that are not finite leave a gap.
    """
    low, high = _range(from_uint8(reference))
    return np.stack([_curve(sequence, low, high) for sequence in sequences])


def in_a_plane(
    rows: np.ndarray, reference: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return rows (count, columns) and a reference as points of a plane, (count, 2) each.

    Two columns are a plane already. More are projected on the first two principal components of
    the standardised reference, or of the rows without one. A single column is drawn against the
    fraction of smaller values, as a cumulative distribution.
    """
    columns = rows.shape[1]
    if columns == 2:
        return rows, reference
    if columns == 1:
        return _cumulative(rows), None if reference is None else _cumulative(reference)
    known = np.asarray(rows if reference is None else reference, "float64")
    known = known[np.isfinite(known).all(axis=1)]
    if not len(known):
        known = np.zeros((1, columns))
    mean, std = known.mean(axis=0), known.std(axis=0)
    std = np.where(std > 0, std, 1)
    axes = np.linalg.svd((known - mean) / std, full_matrices=False)[2][:2]
    axes = np.vstack([axes, np.zeros((2 - len(axes), columns))])
    axes *= np.sign(axes[[0, 1], np.abs(axes).argmax(axis=1)])[:, None]  # of either sign otherwise

    def project(x: np.ndarray) -> np.ndarray:
        points: np.ndarray = (np.asarray(x, "float64") - mean) / std @ axes.T
        return points

    return project(rows), None if reference is None else project(reference)


def _curve(sequence: np.ndarray, low: float, high: float) -> np.ndarray:
    height, width = (2 * size for size in CURVE)  # drawn at twice the size for smooth lines
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    places = np.linspace(4, width - 5, max(2, len(sequence)))
    sequence = sequence.repeat(2, axis=0) if len(sequence) == 1 else sequence
    for number, channel in enumerate(np.asarray(sequence, "float64").T):
        levels = np.clip((high - channel) / (high - low), -1, 2) * (height - 1)
        points = list(zip(places, levels))
        for start, end in pairwise(points):
            if np.isfinite([*start, *end]).all():
                draw.line((*start, *end), fill=INKS[number % len(INKS)], width=3)
    return np.asarray(page.reduce(2))


def _range(values: np.ndarray) -> tuple[float, float]:
    """Return the least and greatest finite value, with a margin of a tenth."""
    finite = np.asarray(values, "float64")[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    margin = 0.1 * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def _cumulative(rows: np.ndarray) -> np.ndarray:
    values = np.sort(np.asarray(rows, "float64")[:, 0])
    return np.stack([values, (np.arange(len(values)) + 0.5) / len(values)], axis=1)
