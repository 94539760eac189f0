"""Plays a recipe to its end, from its start or from a checkpoint."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
from rich.console import Console

from gankit import engine
from gankit.discovery.faults import blaming
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.errors import Interrupted
from gankit.files import remove_leftovers
from gankit.messages import clock, counted, typed
from gankit.recipe.recipe import Recipe
from gankit.run import callbacks, rollback
from gankit.run.experiment import Experiment, assemble
from gankit.run.folder import RunFolder
from gankit.run.following import Follow
from gankit.run.load import load_recipe
from gankit.run.lock import locked
from gankit.run.memory import enough_memory
from gankit.run.rollback import RolledBack
from gankit.run.scoring_callback import Score
from gankit.run.sentinel_action import Act
from gankit.run.sentinel_callback import Sentinel
from gankit.run.session import Session
from gankit.run.signals import stopping_at_once
from gankit.run.start import Start, start_of
from gankit.run.team import Compare, agree, leading
from gankit.run.trial import tried, warnings
from gankit.sentinel import wording


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
        Interrupted: The user stopped it; it is saved, unless it had no step yet or the user did
            not wait.
        GankitError: Data cannot be read, parts do not fit, the disk is full, a loss is not finite.
    """
    with locked(run.path):
        for folder in (run.path, run.samples, run.checkpoints):
            remove_leftovers(folder)
        while True:
            try:
                _train(recipe, run, console, facts or {}, allow_new_data)
                return
            except RolledBack:
                rollback.complete(run)
                keras.utils.clear_session()  # so that variables are named as in a fresh process
                (*_, event) = rollback.rolled_back(run)
                console.print(wording.text(event), highlight=False, soft_wrap=True)
                recipe = load_recipe(run, _plugins(facts or {}))
            except KeyboardInterrupt:
                raise Interrupted(run.path) from None


def _train(
    recipe: Recipe,
    run: RunFolder,
    console: Console,
    facts: Mapping[str, Any],
    allow_new_data: bool,
) -> None:
    stages = recipe.stages()
    session = Session(run, stages, console)
    acts = any(stage.sentinel.action == "roll-back" for stage in stages)  # a verdict may wait
    if session.epoch == session.epochs and not acts:
        stage = f"stages.{len(stages) - 1}." if recipe.later else ""
        longer = f"{run.resume_command()} --set {stage}training.epochs=N"
        console.print(f"finished: {counted(session.epochs, 'epoch')} trained", highlight=False)
        console.print(f"train longer: {longer}", highlight=False, soft_wrap=True)
        return
    if session.place.steps == 0:  # first of all, so that the run can be resumed from here on
        _describe(recipe, session, facts)
    words = {
        "run": str(run.path),
        "watch": f"gankit watch {typed(run.path)}",
        "curves": f"tensorboard --logdir {typed(run.path.parent)}",
    }
    for name, text in words.items():
        console.print(f"{name:<7} {text}", highlight=False, soft_wrap=True)
    console.print()
    begun = time.perf_counter()
    catalogue = load_plugins(_plugins(facts)) if acts else None
    with blaming(recipe.parts()):
        start = start_of(recipe, _plugins(facts)) if session.checkpoint is None else None
        with leading(recipe, session.run, session.place, _plugins(facts)):
            _play_stages(recipe, session, catalogue, allow_new_data, start)
    session.events.close()
    took, steps = clock(time.perf_counter() - begun), counted(session.place.steps, "step")
    console.print(f"\nfinished after {steps} in {took}", highlight=False)


def _play_stages(
    recipe: Recipe,
    session: Session,
    catalogue: Catalogue | None,
    allow_new_data: bool,
    start: Start | None,
) -> None:
    stages, begins = recipe.stages(), session.place.steps == 0
    origin = start.gan if start else None
    with stopping_at_once():
        found = tried(stages, origin) if begins and len(stages) > 1 else []
    experiment = None
    for number, stage in enumerate(stages):
        with stopping_at_once():
            experiment = assemble(stage, experiment, origin)
        if start and number == 0:
            session.run.note_start(start.run, start.checkpoint)
            session.display.fact("start", f"{start}: {experiment.carried}")
        if begins and number == 0:
            _warn(session, found or [*warnings(experiment)])
        if number >= session.place.stage:
            if number > session.place.stage:
                session.display.fact(f"stage {number + 1}", experiment.carried)
            session.run.note_data(number, experiment.dataset, allow_new_data)
            batches = experiment.batches()
            session.begin(number, len(batches), batches.size)
            _play(experiment, session, Act(session, experiment, recipe, catalogue))


def _warn(session: Session, texts: Sequence[str]) -> None:
    """Show what the parts of a recipe warn of, and write it down for the report."""
    for text in texts:
        session.display.warn(text)
    if texts:
        session.run.note_warnings(texts)


def _play(experiment: Experiment, session: Session, act: Act) -> None:
    """Play the remaining epochs of a stage, each as one `fit`."""
    gan, training = experiment.gan, experiment.recipe.training
    if session.checkpoint:
        session.checkpoint.restore(gan)
    save = callbacks.Save(session, training.checkpoint_every)
    agree(gan)
    beside = [Compare(), *_callbacks(experiment, session), save]
    if experiment.recipe.sentinel.action in ("stop", "roll-back"):
        beside.append(act)
        act.act()
    beside.append(Follow(session))
    session.checkpoint = None
    with session.display, save.listening(), enough_memory(training.batch_size):
        for epoch in range(session.place.epoch, training.epochs):
            steps = gan.epoch_of(experiment.batches(epoch, session.place.step), session.ahead)
            span = {"initial_epoch": epoch, "epochs": epoch + 1}
            try:
                with engine.together():
                    gan.fit(steps, **span, verbose=0, shuffle=False, callbacks=beside)
            except callbacks.NotFinite as error:
                act.broken(error)


def _callbacks(experiment: Experiment, session: Session) -> list[keras.callbacks.Callback]:
    recipe, dataset = experiment.recipe, experiment.dataset
    scoring = [Score(session, experiment)] if recipe.metrics else []
    watched = recipe.sentinel.action != "off" and recipe.monitors
    sentinel = [Sentinel(session, experiment)] if watched else []
    return [
        callbacks.Restore(session.checkpoint),
        callbacks.Count(session),
        callbacks.Watch(session),
        callbacks.Show(session),
        callbacks.Sample(session, dataset, recipe),
        callbacks.Record(session),
        *scoring,
        callbacks.Row(session),
        *sentinel,
    ]


def _describe(recipe: Recipe, session: Session, facts: Mapping[str, Any]) -> None:
    """Write down what is played: for people, for resuming, and for TensorBoard."""
    used = {"backend": keras.backend.backend(), "devices": engine.devices(), "seed": recipe.seed}
    session.run.describe(recipe, {**used, **facts})
    session.events.text("recipe", f"```toml\n{recipe.to_toml()}\n```", 0)
    session.events.hparams(dict(_flat(recipe.filled)))


def _plugins(facts: Mapping[str, Any]) -> list[Path]:
    return [Path(file) for file in facts.get("plugins", ())]


def _flat(table: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the scalars of a nested table by their dotted names."""
    for key, value in table.items():
        value = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
