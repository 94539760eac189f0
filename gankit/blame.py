"""Whose fault an exception is: that of the part of a plugin which raised it."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from types import FrameType

from gankit.errors import GankitError
from gankit.part import Part, in_one_line
from gankit.trace import tracing


@contextmanager
def blaming(parts: Iterable[Part]) -> Iterator[None]:
    """Turn an exception out of a part that gankit does not ship into an error that names it.

    Any other exception stays what it is. The whole traceback is shown where `GANKIT_TRACE` is set.

    Args:
        parts: That may be at fault.

    Raises:
        GankitError: A part raised in the block.
    """
    strangers = [part for part in parts if part.distribution != "gankit"]
    try:
        yield
    except GankitError:
        raise
    except Exception as error:
        frames = reversed(list(traceback.walk_tb(error.__traceback__)))
        for is_at_fault, (frame, line), part in product((_runs, _runs_beside), frames, strangers):
            if is_at_fault(frame, part.load()):
                raise _error(error, part, frame, line) from error
        raise


def _runs(frame: FrameType, given: Callable) -> bool:
    """Return whether a frame runs a part: its function, or a method of its class."""
    name = getattr(given, "__qualname__", "")
    return _runs_beside(frame, given) and f"{frame.f_code.co_qualname}.".startswith(f"{name}.")


def _runs_beside(frame: FrameType, given: Callable) -> bool:
    """Return whether a frame runs something else in the module of a part."""
    return frame.f_globals.get("__name__") == getattr(given, "__module__", None)


def _error(error: Exception, part: Part, frame: FrameType, line: int) -> GankitError:
    if tracing():
        traceback.print_exception(error)
    place = f"{Path(frame.f_code.co_filename).name}, line {line}, {frame.f_code.co_qualname}"
    return GankitError(
        f"{part} failed in {place}: {in_one_line(error)}",
        "GANKIT_TRACE=1 shows the whole traceback",
    )
