"""`python -m gankit.run.follower PLUGIN…`: a process that follows the one that started it."""

import os
import sys
import threading
from pathlib import Path

from gankit.backend import choose_backend
from gankit.errors import GankitError
from gankit.launchers import launched


def main() -> None:
    """Follow, until the run ends or its first process does."""
    threading.Thread(target=_end_with_the_leader, daemon=True).start()
    choose_backend()
    from gankit.run.team import follow

    try:
        follow([Path(file) for file in sys.argv[1:]])
    except GankitError as error:
        place = launched()
        print(f"process {place.rank if place else 0}: {error}", file=sys.stderr)
        sys.exit(1)


def _end_with_the_leader() -> None:
    os.read(0, 1)  # the system closes it, however the leader ends; sys.stdin would hold a lock
    os._exit(0)


main()
