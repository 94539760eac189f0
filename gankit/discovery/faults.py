"""Whose fault an exception is: that of the part of a plugin which raised it."""

import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import NamedTuple

from gankit.discovery.part import Part
from gankit.discovery.trace import tracing
from gankit.errors import GankitError
from gankit.messages import in_one_line

_TOLD = re.compile(r'File "(.+?)", line (\d+), in (\S+)')
_NODE = re.compile(r"\[\[\{\{node .*", re.DOTALL)  # TensorFlow's own name of an operation


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
        for is_at_fault, place, part in product((_in, _beside), _places(error), strangers):
            if is_at_fault(place, part.load()):
                raise _error(error, part, place) from error
        raise


class _Place(NamedTuple):
    """A line that ran: its file, its number, and the function that it is of."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{Path(self.file).name}, line {self.line}, {self.function}"


def _places(error: Exception) -> Iterator[_Place]:
    """Yield where an exception came from, the nearest first.

    What TensorFlow finds only when a graph runs has no line of its own; its message tells which
    lines made the operation.
    """
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        yield _Place(frame.f_code.co_filename, line, frame.f_code.co_qualname)
    for file, line, function in reversed(_TOLD.findall(str(error))):
        yield _Place(file, int(line), function)


def _in(place: _Place, given: Callable) -> bool:
    """Return whether a place is in a part: its function, or its class."""
    if not _beside(place, given):
        return False
    try:
        lines, first = inspect.getsourcelines(given)
    except (OSError, TypeError):
        return False
    return 0 <= place.line - first < len(lines)


def _beside(place: _Place, given: Callable) -> bool:
    """Return whether a place is in the file of a part."""
    file = getattr(sys.modules.get(given.__module__), "__file__", None)
    return file is not None and Path(file).resolve() == Path(place.file).resolve()


def _error(error: Exception, part: Part, place: _Place) -> GankitError:
    if tracing():
        traceback.print_exception(error)
    *_, said = _TOLD.split(_NODE.sub("", str(error)))
    return GankitError(
        f"{part} failed in {place}: {in_one_line(error, said)}",
        "GANKIT_TRACE=1 shows the whole traceback",
    )
