"""Images that are made once and kept; a quick check makes only those that it looks at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gankit.cache import cached, is_cached
from gankit.progress_bar import progress

FEW = 128  # images that are all made at once
FILE = "images.npy"

_lazy: ContextVar[bool] = ContextVar("_lazy", default=False)


@contextmanager
def lazy_images(lazy: bool = True) -> Iterator[None]:
    """Make the images of datasets that are built in the block when somebody reads them."""
    token = _lazy.set(lazy)
    try:
        yield
    finally:
        _lazy.reset(token)


def cached_images(
    name: str,
    key: Mapping[str, Any],
    shape: Sequence[int],
    draw: Callable[[int], np.ndarray],
    make: Callable[[Path], object] | None = None,
) -> np.ndarray:
    """Return images that are made once and cached.

    `gankit check` draws only the images that it looks at. There the result is an array-like: an
    index selects rows without drawing them, and whatever else is done with it draws all rows.

    Args:
        name: The name of the folder in the cache, e.g. `"lego"`.
        key: Everything that the images depend on, as JSON-serialisable values.
        shape: (images, height, width, channels).
        draw: Returns the image of an index, (height, width, channels) of uint8.
        make: Writes all images to a `.npy` file. By default `draw` draws them one by one.

    Returns:
        The images as uint8, read-only and memory-mapped.

    Raises:
        GankitError: The cache cannot be read or written.
    """

    def fill(folder: Path) -> None:
        if make is None:
            _draw_all(folder / FILE, shape, draw)
        else:
            make(folder / FILE)

    def everything() -> np.ndarray:
        return mapped(cached(name, key, fill))

    if shape[0] <= FEW or not makes_few() or is_cached(name, key):
        return everything()
    return lazily(shape, draw, everything)


def makes_few() -> bool:
    """Return whether only a few images are wanted."""
    return _lazy.get()


def lazily(
    shape: Sequence[int], draw: Callable[[int], np.ndarray], make: Callable[[], np.ndarray]
) -> np.ndarray:
    """Return `LazyImages` under the type of what they stand for."""
    return cast(np.ndarray, LazyImages(shape, draw, make))


def mapped(folder: Path) -> np.ndarray:
    """Return the images of a cached folder."""
    images: np.ndarray = np.load(folder / FILE, mmap_mode="r", allow_pickle=False)
    return images


def _draw_all(file: Path, shape: Sequence[int], draw: Callable[[int], np.ndarray]) -> None:
    # plain writes: on a full disk a memory-mapped file would end the process with a bus error
    header = {"descr": "|u1", "fortran_order": False, "shape": tuple(shape)}
    with file.open("wb") as out, progress("drawing images", shape[0]) as advance:
        np.lib.format.write_array_header_1_0(out, header)
        for row in range(shape[0]):
            out.write(np.ascontiguousarray(draw(row), dtype="uint8").tobytes())
            advance(1)


class LazyImages(NDArrayOperatorsMixin):
    """An array-like of uint8 whose rows are made when they are read.

    Args:
        shape: (images, height, width, channels).
        draw: Returns the image of an index.
        make: Returns all images, for everything but a selection of rows.
    """

    dtype = np.dtype("uint8")

    def __init__(
        self,
        shape: Sequence[int],
        draw: Callable[[int], np.ndarray],
        make: Callable[[], np.ndarray],
    ):
        self.shape = tuple(shape)
        self.ndim = len(self.shape)
        self._draw = draw
        self._make = make
        self._all: np.ndarray | None = None

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, tuple) or index is None or index is Ellipsis:
            return np.asarray(self)[index]
        rows = np.arange(len(self))[index]
        if rows.ndim == 0:
            return self._draw(int(rows)) if self._all is None else self._all[rows]

        def make() -> np.ndarray:
            if 2 * len(rows) > len(self) or self._all is not None:
                return cast(np.ndarray, np.asarray(self)[rows])
            drawn = [self._draw(row) for row in rows.tolist()]
            return np.asarray(drawn, "uint8").reshape(len(rows), *self.shape[1:])

        shape = (len(rows), *self.shape[1:])
        return LazyImages(shape, lambda row: self._draw(int(rows[row])), make)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self._all is None:
            self._all = self._make()
        return np.array(self._all, dtype) if copy else np.asarray(self._all, dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        arrays = [np.asarray(x) if isinstance(x, LazyImages) else x for x in inputs]
        return getattr(ufunc, method)(*arrays, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(np.asarray(self), name)
