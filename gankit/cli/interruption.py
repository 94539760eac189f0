"""How a command ends: stopped by the user, or by a disk."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gankit.errors import GankitError
from gankit.files import FULL, remedy
from gankit.messages import cut

STOPPED = 130  # the exit code after Ctrl-C


def leave(code: int) -> None:
    """End the process immediately: after an interruption, JAX crashes in the teardown."""
    with suppress(OSError):  # the terminal may be gone
        sys.stderr.flush()
    os._exit(code)


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn what a full or failing disk refuses, or a path too long, into an error.

    Raises:
        GankitError: A file or standard output cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise GankitError(f"this path is too long: {cut(str(error.filename))}") from error
        if error.errno not in {*FULL, errno.EROFS, errno.EIO}:
            raise
        what = error.filename or "standard output, or a file,"  # streams do not say their name
        message = f"{what} cannot be read or written: {error.strerror}"
        raise GankitError(message, remedy(error)) from error
    finally:
        _flush()


def _flush() -> None:
    """Write the rest of standard output; a reader that went away is no error."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for Python's own flush
        if error.errno != errno.EPIPE:
            message = f"standard output cannot be written: {error.strerror}"
            raise GankitError(message, remedy(error)) from error
