"""Plays a recipe from its start, or from a checkpoint, to its end."""

from collections.abc import Mapping, Sequence

import keras
from rich.console import Console

from gankit import engine
from gankit.discovery.faults import blaming
from gankit.game.compatibility import incompatibilities
from gankit.recipe.recipe import Recipe
from gankit.run import callbacks
from gankit.run.experiment import Experiment, assemble
from gankit.run.folder import RunFolder
from gankit.run.memory import enough_memory
from gankit.run.scoring_callback import Score
from gankit.run.session import Session


def train(recipe: Recipe, run: RunFolder, console: Console, facts: Mapping | None = None) -> None:
    """Train a recipe into a run's folder, from its newest checkpoint on if it has one.

    Args:
        recipe: With all its stages.
        run: The folder.
        console: Where to show how it goes.
        facts: What else `run.json` is to say.

    Raises:
        Interrupted: The user stopped it; it is saved.
        GankitError: Data cannot be read, parts do not fit, the disk is full, a loss is not finite.
    """
    stages = recipe.stages()
    session = Session(run, stages, console)
    if session.epoch == session.epochs:
        console.print(f"finished: all {session.epochs} epochs were played", highlight=False)
        return
    if session.place.steps == 0:  # before anything that takes time: from here on it can be resumed
        _describe(recipe, session, facts or {})
    console.print(f"run folder {run.path}", highlight=False)
    console.print(f"curves     tensorboard --logdir {run.path.parent}", highlight=False)
    with blaming(recipe.parts()):
        _play_stages(stages, session)
    session.events.close()


def _play_stages(stages: Sequence[Recipe], session: Session) -> None:
    previous = None
    for number, stage in enumerate(stages):
        experiment = assemble(stage, previous)
        previous = experiment.gan
        if number == session.place.steps == 0:
            _warn(experiment, session)
        if number >= session.place.stage:
            session.run.note_data(number, experiment.dataset)
            _play(experiment, session, number)


def _play(experiment: Experiment, session: Session, stage: int) -> None:
    """Play the epochs of a stage that are left; each is one `fit`."""
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


def _describe(recipe: Recipe, session: Session, facts: Mapping) -> None:
    """Write down what is run: for people, for resuming, and for TensorBoard."""
    used = {"backend": keras.backend.backend(), "devices": engine.devices(), "seed": recipe.seed}
    session.run.describe(recipe, {**used, **facts})
    session.events.text("recipe", f"```toml\n{recipe.to_toml()}\n```", 0)
    session.events.hparams(_flat(recipe.filled))


def _warn(experiment: Experiment, session: Session) -> None:
    """Say which parts do not fit each other."""
    for incompatibility in incompatibilities(experiment.gan, experiment.dataset):
        session.display.warn(str(incompatibility))


def _flat(table: Mapping) -> dict:
    """Return the scalars of a nested table by their dotted names."""
    flat = {}
    for key, value in table.items():
        value = dict(enumerate(value)) if isinstance(value, list) else value
        inner = _flat(value) if isinstance(value, Mapping) else {"": value}
        flat |= {f"{key}.{name}".rstrip("."): scalar for name, scalar in inner.items()}
    return flat
