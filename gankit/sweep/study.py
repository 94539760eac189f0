"""The study of a sweep, kept by Optuna."""

import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gankit.errors import GankitError
from gankit.messages import in_one_line
from gankit.recipe.settings import Direction, all_directions
from gankit.sweep.folder import Facts, Sampler, SweepFolder

SCORE = "score"  # the attribute of a study that names the deciding score
PATIENCE = 30  # seconds until the lock of a journal counts as left behind

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler

    from gankit.recipe.recipe import Recipe


def check_optuna() -> None:
    """Raise an error if Optuna is not installed, else keep it quiet.

    Raises:
        GankitError: It is not.
    """
    try:
        import optuna
    except ModuleNotFoundError as error:
        message = "a sweep needs Optuna, which is not installed"
        raise GankitError(message, 'pip install "gankit[sweep]"') from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


def find_study(
    folder: SweepFolder,
    facts: Facts,
    better: Direction | None = None,
    storage: str | None = None,
) -> "Study":
    """Return the study of a sweep.

    Args:
        folder: Of the sweep.
        facts: What it was asked for.
        better: The better direction of the deciding score, to make a study if there is none.
        storage: A URL, if it differs from that of the facts, which has no password.

    Raises:
        GankitError: The storage cannot be opened, or has no such study.
    """
    import optuna

    url = storage or facts.storage
    ask: Callable[..., Study] = partial(optuna.load_study, study_name=facts.study)
    if better is not None:
        ask = partial(
            optuna.create_study,
            study_name=facts.study,
            direction="minimize" if better == "low" else "maximize",
            pruner=optuna.pruners.MedianPruner(),
            load_if_exists=True,
        )
    try:
        return _patiently(lambda: ask(storage=url or _journal(folder.journal)))
    except Exception as error:  # of any database and its driver
        where = without_password(url) if url else folder.journal
        message = f"the study in {where} cannot be opened: {in_one_line(error)}"
        raise GankitError(message, "see --storage in docs/sweep.md") from error


def _patiently(ask: Callable[[], "Study"]) -> "Study":
    """Ask again if another process makes the tables of an empty database at the same instant."""
    from sqlalchemy.exc import IntegrityError, ProgrammingError

    for _ in range(3):
        try:
            return ask()
        except (IntegrityError, ProgrammingError):
            time.sleep(1)
    return ask()


def make_sampler(name: Sampler, seed: int, number: int) -> "BaseSampler":
    """Return the sampler of one trial, which does not depend on who else takes part."""
    import numpy as np
    import optuna

    own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    if name == "random":
        return optuna.samplers.RandomSampler(seed=own)
    return optuna.samplers.TPESampler(seed=own, constant_liar=True)


def without_password(url: str) -> str:
    """Return the URL of a storage without its password."""
    head, at, host = url.rpartition("@")
    scheme, slashes, user = head.partition("://")
    return f"{scheme}{slashes}{user.partition(':')[0]}{at}{host}" if at else url


def deciding_score(recipe: "Recipe") -> tuple[str, Direction]:
    """Return the score that trials are compared by, and which way is better.

    Raises:
        GankitError: The recipe has none.
    """
    last = recipe.stages()[-1]
    better = all_directions(metric.part for metric in last.metrics)
    name = last.scoring.best or next(iter(better), None)
    if name is None:
        message = f"{recipe.source} has no score that says which way is better, to compare trials"
        raise GankitError(message, "--set 'metrics=[{name=\"frechet-distance\"}]'")
    return name, better[name]


def _journal(path: Path) -> Any:
    """Return the storage in a file; the lock of a process that was killed expires.

    Optuna's usual lock is a link to the file. If the path is relative, it never expires.
    """
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    lock = JournalFileOpenLock(str(path), grace_period=PATIENCE)
    return JournalStorage(JournalFileBackend(str(path), lock))
