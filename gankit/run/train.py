"""Plays a recipe to its end, from its start or from a checkpoint."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
from rich.console import Console

from gankit import engine
from gankit.discovery.faults import blaming
from gankit.game.compatibility import incompatibilities
from gankit.recipe.recipe import Recipe
from gankit.run import callbacks
from gankit.run.experiment import Experiment, assemble
from gankit.run.folder import RunFolder
from gankit.run.lock import locked
from gankit.run.memory import enough_memory
from gankit.run.scoring_callback import Score
from gankit.run.session import Session


def train(
    recipe: Recipe,
    run: RunFolder,
    console: Console,
    facts: Mapping[str, Any] | None = None,
    allow_new_data: bool = False,
) -> None:
    """Train a recipe in the folder of a run, from its newest checkpoint if it has one.

    Args:
        recipe: With all its stages.
        run: The folder.
        console: Where to show the progress.
        facts: More facts for `run.json`.
        allow_new_data: Whether a resumed run may go on with data that has changed.

    Raises:
        Interrupted: The user stopped it; it is saved.
        GankitError: Data cannot be read, parts do not fit, the disk is full, a loss is not finite.
    """
    with locked(run.path):
        _train(recipe, run, console, facts or {}, allow_new_data)


def _train(
    recipe: Recipe,
    run: RunFolder,
    console: Console,
    facts: Mapping[str, Any],
    allow_new_data: bool,
) -> None:
    stages = recipe.stages()
    session = Session(run, stages, console)
    if session.epoch == session.epochs:
        console.print(f"finished: all {session.epochs} epochs were played", highlight=False)
        return
    if session.place.steps == 0:  # first of all, so that the run can be resumed from here on
        _describe(recipe, session, facts)
    console.print(f"run folder {run.path}", highlight=False)
    console.print(f"curves     tensorboard --logdir {run.path.parent}", highlight=False)
    with blaming(recipe.parts()):
        _play_stages(stages, session, allow_new_data)
    session.events.close()


def _play_stages(stages: Sequence[Recipe], session: Session, allow_new_data: bool) -> None:
    previous = None
    for number, stage in enumerate(stages):
        experiment = assemble(stage, previous)
        previous = experiment.gan
        if number == session.place.steps == 0:
            for incompatibility in incompatibilities(experiment.gan, experiment.dataset):
                session.display.warn(str(incompatibility))
        if number >= session.place.stage:
            if not allow_new_data:
                session.run.check_data(number, experiment.dataset)
            session.run.note_data(number, experiment.dataset)
            _play(experiment, session, number)


def _play(experiment: Experiment, session: Session, stage: int) -> None:
    """Play the remaining epochs of a stage, each as one `fit`."""
    gan, training, batches = experiment.gan, experiment.recipe.training, experiment.batches()
    session.begin(stage, len(batches), batches.size)
    if session.checkpoint:
        session.checkpoint.restore(gan)
    save = callbacks.Save(session, training.checkpoint_every)
    beside = [*_callbacks(experiment, session), save]
    session.checkpoint = None
    with session.display, save.listening(), enough_memory(training.batch_size):
        for epoch in range(session.place.epoch, training.epochs):
            batches = experiment.batches(epoch, session.place.step)
            span = {"initial_epoch": epoch, "epochs": epoch + 1}
            gan.fit(batches, **span, verbose=0, shuffle=False, callbacks=beside)


def _callbacks(experiment: Experiment, session: Session) -> list[keras.callbacks.Callback]:
    recipe, dataset = experiment.recipe, experiment.dataset
    scoring = [Score(session, experiment)] if recipe.metrics else []
    return [
        callbacks.Restore(session.checkpoint),
        callbacks.Count(session),
        callbacks.Watch(session),
        callbacks.Show(session),
        callbacks.Sample(session, dataset, recipe.training.sample_every, recipe.seed),
        callbacks.Record(session),
        *scoring,
    ]


def _describe(recipe: Recipe, session: Session, facts: Mapping[str, Any]) -> None:
    """Write down what is played: for people, for resuming, and for TensorBoard."""
    used = {"backend": keras.backend.backend(), "devices": engine.devices(), "seed": recipe.seed}
    session.run.describe(recipe, {**used, **facts})
    session.events.text("recipe", f"```toml\n{recipe.to_toml()}\n```", 0)
    session.events.hparams(dict(_flat(recipe.filled)))


def _flat(table: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the scalars of a nested table by their dotted names."""
    for key, value in table.items():
        value = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
