"""The processes of a run: the first leads, the others follow.

The leader does everything that a run of one process does. A follower only plays the same steps on
its rows of each batch, so that one process writes, scores and prints. It ends with the leader.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from gankit import engine
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.launchers import launched
from gankit.recipe.recipe import Recipe, check_recipe
from gankit.run.checkpoint import Place, variables
from gankit.run.experiment import assemble
from gankit.run.folder import RunFolder

LOST = 1  # the exit code of a run that lost a follower
PATIENCE = 30  # seconds in which the run notices itself that it lost one


@contextmanager
def leading(
    recipe: Recipe, run: RunFolder, place: Place, plugins: Sequence[Path]
) -> Iterator[None]:
    """Lead the processes that share the batches of a run, if there are several.

    A launcher such as torchrun has started them, or `TF_CONFIG` names them; else they are started
    here.

    Args:
        recipe: With all its stages.
        run: The folder.
        place: Where the run goes on.
        plugins: The plugin files of the run.
    """
    count = engine.processes()
    if count == 1:
        yield
        return
    alone = launched() is None
    if not alone and any(stage.sentinel.action == "roll-back" for stage in recipe.stages()):
        raise GankitError(
            "a run whose processes a launcher has started cannot roll back",
            """--set 'sentinel.action="stop"', or start it on one machine with --devices alone""",
        )
    try:
        with _started(count, run, plugins) if alone else nullcontext(os.environ) as own:
            engine.join(own)
            engine.tell({"recipe": dict(recipe.given), "place": asdict(place)})
            yield
            engine.tell()  # that all is written, so that the others may end
    except ConnectionError as error:
        raise GankitError(f"{error}, so the run ends", run.resume_command()) from error
    finally:
        engine.leave()


def follow(plugins: Sequence[Path] = ()) -> None:
    """Play the steps of the run that the first process leads, to its end."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends the wait for the leader
    engine.use("all")
    with suppress(ConnectionError):  # the leader has ended, or says who has
        engine.join(os.environ)
        for ending in (signal.SIGINT, signal.SIGTERM):  # the leader stops and saves, then this ends
            signal.signal(ending, signal.SIG_IGN)
        _play(plugins)
        engine.tell()
        engine.leave()


def _play(plugins: Sequence[Path]) -> None:
    """Play what the leader tells."""
    told: Mapping[str, Any] = engine.tell()
    recipe = check_recipe(told["recipe"], load_plugins(plugins), "the recipe of the run")
    place, experiment = Place(**told["place"]), None
    for number, stage in enumerate(recipe.stages()):
        experiment = assemble(stage, experiment)
        if number < place.stage:
            continue
        agree(experiment.gan)
        epoch, step = (place.epoch, place.step) if number == place.stage else (0, 0)
        for each in range(epoch, stage.training.epochs):
            batches = experiment.batches(each, step if each == epoch else 0)
            with engine.together():
                experiment.gan.fit(batches, verbose=0, shuffle=False, callbacks=[Compare()])


def agree(gan: GAN) -> None:
    """Give a game the values that it has in the first process."""
    engine.agree(variables(gan))


class Compare(keras.callbacks.Callback):
    """Ends a run whose processes do not have the same weights."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Compare all variables but the means, which only the first process restores."""
        gan = self.model
        means = set(map(id, gan.metrics_variables))
        if differing := engine.differing([v for v in variables(gan) if id(v) not in means]):
            raise GankitError(
                f"the processes of this run have different values of {differing[0]}: a layer or a "
                "stabilizer looks at the rows of its own process alone",
                "use gankit.layers instead of Keras' layers, gankit.random for what is drawn for "
                "a batch, and gankit.all_rows for what is computed of one",
            )


@contextmanager
def _started(count: int, run: RunFolder, plugins: Sequence[Path]) -> Iterator[Mapping[str, str]]:
    """Start followers, and end this process with a sentence if one of them ends before it."""
    place, *others = engine.places(count)
    followers = [_follower(other, plugins) for other in others]
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(followers, done, run), daemon=True)
    watcher.start()
    try:
        yield place
    finally:
        done.set()
        watcher.join()
        for follower in followers:
            follower.communicate()  # closes its standard input, which ends it


def _follower(place: Mapping[str, str], plugins: Sequence[Path]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "gankit.run.follower", *map(str, plugins)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **place, "KERAS_BACKEND": keras.backend.backend()},
        start_new_session=True,  # so that Ctrl-C reaches the leader alone
    )


def _watch(
    followers: Sequence[subprocess.Popen[bytes]], done: threading.Event, run: RunFolder
) -> None:
    while not done.wait(0.5):
        for rank, follower in enumerate(followers, 1):
            if follower.poll() and not done.wait(PATIENCE):  # a finished one has the code 0
                sys.stderr.write(
                    f"process {rank} of {len(followers) + 1} has ended with code "
                    f"{follower.returncode}, so the run ends\n→ {run.resume_command()}\n"
                )
                sys.stderr.flush()
                os._exit(LOST)
