"""Attributes an exception to the plugin part that raised it."""

import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from gankit.discovery.hook_trace import tracing
from gankit.discovery.part import Part
from gankit.errors import GankitError
from gankit.messages import in_one_line

_LOCATION = re.compile(r'File "(.+?)", line (\d+), in (\S+)')
_NODE = re.compile(r"\[\[\{\{node .*", re.DOTALL)  # TensorFlow's own name of an operation


@contextmanager
def blaming(parts: Iterable[Part]) -> Iterator[None]:
    """Turn an exception raised by one of these parts, if it is not gankit's, into a GankitError.

    The error names the part. `GANKIT_TRACE` shows the whole traceback.
    """
    third_party = [part for part in parts if part.distribution != "gankit"]
    try:
        yield
    except GankitError:
        raise
    except Exception as error:
        for contains, place, part in product((_in_part, _in_file), _places(error), third_party):
            if contains(part.load(), place):
                raise _error(error, part, place) from error
        raise


class _Place(NamedTuple):
    """A line of code that ran."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{Path(self.file).name}, line {self.line}, {self.function}"


def _places(error: Exception) -> Iterator[_Place]:
    """Yield the places that an exception came through, the innermost first.

    An error from a running TensorFlow graph has none of its own: its message lists the lines that
    made the operation.
    """
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        yield _Place(frame.f_code.co_filename, line, frame.f_code.co_qualname)
    for file, line, function in reversed(_LOCATION.findall(str(error))):
        yield _Place(file, int(line), function)


def _in_part(part: Callable[..., Any], place: _Place) -> bool:
    if not _in_file(part, place):
        return False
    try:
        lines, first = inspect.getsourcelines(part)
    except (OSError, TypeError):
        return False
    return 0 <= place.line - first < len(lines)


def _in_file(part: Callable[..., Any], place: _Place) -> bool:
    file = getattr(sys.modules.get(part.__module__), "__file__", None)
    return file is not None and Path(file).resolve() == Path(place.file).resolve()


def _error(error: Exception, part: Part, place: _Place) -> GankitError:
    if tracing():
        traceback.print_exception(error)
    *_, message = _LOCATION.split(_NODE.sub("", str(error)))
    return GankitError(
        f"{part} failed in {place}: {in_one_line(error, message)}",
        "GANKIT_TRACE=1 shows the whole traceback",
    )
