"""Several processes that play one sweep."""

import multiprocessing
import os
import signal
import sys
from typing import Any

from gankit.errors import GankitError, Interrupted
from gankit.run.signals import heard
from gankit.sweep.folder import SweepFolder

STOPPED = 130


def play_in_processes(jobs: int, folder: SweepFolder, *how: Any) -> None:
    """Play the trials of a sweep in several processes.

    Args:
        jobs: The number of processes.
        folder: Of the sweep.
        how: The storage, the backend, whether to keep off the GPUs, and plugin files.

    Raises:
        Interrupted: The user stopped them; all are saved.
        GankitError: A process failed.
    """
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_play, args=(folder, *how)) for _ in range(jobs)]
    for process in processes:
        process.start()

    def forward(signum: int, frame: Any) -> None:
        for process in processes:
            if process.is_alive() and process.pid:
                os.kill(process.pid, signum)

    with heard(forward):
        for process in processes:
            process.join()
    codes = [process.exitcode for process in processes]
    if STOPPED in codes:
        raise Interrupted(folder.path)
    if failed := [code for code in codes if code]:
        raise GankitError(
            f"{len(failed)} of {jobs} processes failed, with exit code {failed[0]}",
            f"gankit sweep --resume {folder.path}",
        )


def _play(folder: SweepFolder, *how: Any) -> None:
    """Play a sweep in a process of its own, which Ctrl-C in the terminal does not reach."""
    if sys.platform != "win32":
        os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from gankit.api.sweep import open_sweep
    from gankit.terminal import terminal

    try:
        open_sweep(folder, terminal(), *how).play()
    except (Interrupted, KeyboardInterrupt):
        os._exit(STOPPED)  # after an interruption, JAX crashes in the teardown
    except GankitError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        sys.exit(1)
