"""The trials of a sweep: each is a run, and any number of processes share them."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
from rich.console import Console

from gankit.api.train import begin, go_on
from gankit.errors import GankitError, Interrupted
from gankit.files import NotWritten, write
from gankit.messages import clock
from gankit.recipe import toml
from gankit.recipe.settings import Direction
from gankit.run import score_file
from gankit.run.callbacks import NotFinite
from gankit.run.folder import RunFolder
from gankit.run.following import followed_by
from gankit.run.lock import Held, locked
from gankit.run.scores import standing
from gankit.sentinel import log
from gankit.sweep.folder import Facts, SweepFolder, short
from gankit.sweep.space import Space
from gankit.sweep.study import make_sampler

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial, TrialState

KEPT = 3  # best recipes
OWNER = "folder"  # the attribute of a trial that says which sweep's folder has its run


Outcome = tuple["TrialState", float | None, str]  # state, score, why there is none


class Pruned(Exception):
    """A trial is not worth its last epochs."""


@dataclass(frozen=True)
class Sweep:
    """A sweep, ready to be played by one process.

    Args:
        folder: Its folder.
        facts: What it was asked for.
        base: The recipe that is varied, as a table.
        seed: Of the sampler.
        space: What varies.
        score: The deciding score.
        better: Its better direction.
        stage: The number of the stage whose scores decide.
        study: Optuna's.
        console: Where to show the trials.
        how: The backend that trains, whether to keep off the GPUs, and plugin files.
    """

    folder: SweepFolder
    facts: Facts
    base: Mapping[str, Any]
    seed: int
    space: Space
    score: str
    better: Direction
    stage: int
    study: "Study"
    console: Console
    how: tuple[str, bool, Sequence[Path]]

    def play(self) -> None:
        """Play trials until there are enough: those that were interrupted first.

        Raises:
            Interrupted: The user stopped it; the trial is saved.
            GankitError: The folder cannot be written.
        """
        while any(map(self._play_if_free, self._interrupted())) or self._play_new():
            pass

    def best(self) -> list["FrozenTrial"]:
        """Return the trials that were played to their end, the best first."""
        from optuna.trial import TrialState

        done = self.study.get_trials(states=(TrialState.COMPLETE,))
        return sorted(done, key=lambda t: t.value or 0.0, reverse=self.better == "high")

    def write_best(self) -> list[Path]:
        """Write the recipes of the best trials, `best-1.toml`, …, and return their paths."""
        best = self.best()[:KEPT]
        for rank, trial in enumerate(best, 1):
            about = f"# Trial {trial.number} of {self.folder.path}: {self.score} {trial.value:.4g}."
            recipe = toml.write(self.space.recipe(self.base, trial.params))
            write(self.folder.best(rank), f"{about}\n{recipe}")
        return [self.folder.best(rank) for rank in range(1, len(best) + 1)]

    def _interrupted(self) -> list[int]:
        """Return the trials of this folder that are not finished."""
        own = [t for t in self._counted() if t.user_attrs.get(OWNER) == self.facts.folder]
        return [trial.number for trial in own if not trial.state.is_finished()]

    def _counted(self) -> list["FrozenTrial"]:
        """Return all trials but those whose process died before it had chosen any options."""
        trials = self.study.get_trials(deepcopy=False)
        return [t for t in trials if t.state.is_finished() or OWNER in t.user_attrs]

    def _play_new(self) -> bool:
        """Let Optuna choose a new trial and play it; return False if there are enough."""
        with _waiting_for(self.folder.path, ".next.lock"):
            if len(self._counted()) >= self.facts.trials:
                return False
            trial = self.study.ask()
            self.study.sampler = make_sampler(self.facts.sampler, self.seed, trial.number)
            self.space.suggest(trial)
            trial.set_user_attr(OWNER, self.facts.folder)
        self._play_if_free(trial.number)
        return True

    def _play_if_free(self, number: int) -> bool:
        """Play a trial, unless another process does; return whether it was free."""
        try:
            with locked(self.folder.path, f".trial-{number}.lock"):
                found = self.study.get_trials()[number]
                if not found.state.is_finished():
                    self._play(found)
            return True
        except Held:
            return False

    def _play(self, found: "FrozenTrial") -> None:
        run, began = self.folder.run(found.number), time.perf_counter()
        self._show(found.number, "goes on" if run.exists else "begins", in_words(found.params))
        try:
            state, value, words = self._outcome(found, run)
        finally:
            keras.utils.clear_session()  # so that variables are named as in a fresh process
        self.study.tell(found.number, value, state)
        self.write_best()
        result = f"{self.score} {value:.4g}" if value is not None else words
        best = [f"best {trial.value:.4g}, trial {trial.number}" for trial in self.best()[:1]]
        self._show(found.number, result, *best, clock(time.perf_counter() - began))

    def _outcome(self, found: "FrozenTrial", run: RunFolder) -> Outcome:
        """Train a trial, and return its state, its score, and why it has none."""
        from optuna.trial import TrialState

        try:
            self._train(found, run)
        except (NotWritten, Held, Interrupted):
            raise
        except (Pruned, NotFinite) as reason:
            return TrialState.PRUNED, None, f"pruned: {reason}"
        except GankitError as error:
            dead = _dead(run)
            state = TrialState.PRUNED if dead else TrialState.FAIL
            return state, None, f"pruned: {dead}" if dead else f"failed: {error}"
        except Exception:
            self.study.tell(found.number, state=TrialState.FAIL)  # a resumed sweep passes it by
            raise
        value = self._value(run)
        if value is None:
            return TrialState.PRUNED, None, f"pruned: it has no finite {self.score}"
        return TrialState.COMPLETE, value, ""

    def _train(self, found: "FrozenTrial", run: RunFolder) -> None:
        """Train the run of a trial to its end.

        Raises:
            Pruned: It is not worth it.
        """
        from optuna import Trial

        trial = Trial(self.study, found._trial_id)  # Optuna has no public name for going on
        look = partial(self._look, trial, set(found.intermediate_values))
        quiet = Console(quiet=True)
        with followed_by(lambda run: look(run, prune=True)):
            if run.exists:
                go_on(run.path, quiet, *self.how)
            else:
                begin(
                    self.space.recipe(self.base, found.params),
                    run.recipe,
                    quiet,
                    run.path,
                    *self.how,
                )
        look(run, prune=False)

    def _look(self, trial: "Trial", told: set[int], run: RunFolder, prune: bool) -> None:
        """Report the new scores of a run.

        Raises:
            Pruned: The sentinel says that it is dead, or its scores are worse than the median.
        """
        for line in filter(score_file.by_run, score_file.read(run.scores)):
            value = line["scores"].get(self.score)
            if line["stage"] == self.stage and value is not None and line["epoch"] not in told:
                trial.report(value, line["epoch"])
                told.add(line["epoch"])
        if verdict := _dead(run):
            raise Pruned(f"dead: {verdict}")
        if prune and trial.should_prune():
            raise Pruned("worse than the median of the others")

    def _value(self, run: RunFolder) -> float | None:
        """Return the deciding score of the best checkpoint, if it has one."""
        found = standing(run)
        value = found.best["scores"][self.score] if found and found.best else None
        return None if value is None else float(value)

    def _show(self, number: int, *texts: str) -> None:
        line = "  ".join([f"trial {number}", *filter(None, texts)])
        self.console.print(line, highlight=False, soft_wrap=not self.console.is_terminal)


def _dead(run: RunFolder) -> str:
    """Return the dead verdict that stands, empty if there is none."""
    standing: dict[tuple[str, str], str] = {}
    for event in log.read(run.verdicts):
        if event["event"] == "begins" and event["level"] == "dead":
            standing[event["monitor"], event["name"]] = f"{event['monitor']}: {event['name']}"
        elif event["event"] == "ends":
            standing.pop((event["monitor"], event["name"]), None)
    return next(iter(standing.values()), "")


def in_words(params: Mapping[str, Any]) -> str:
    """Return the options of a trial as text, each by the words that tell it from the others."""
    return "  ".join(f"{short(key, params)} {_number(v)}" for key, v in params.items())


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _waiting_for(folder: Path, name: str) -> ExitStack:
    """Return the held lock, after waiting for another process that holds it for an instant."""
    while True:
        try:
            with ExitStack() as stack:
                stack.enter_context(locked(folder, name))
                return stack.pop_all()
        except Held:
            time.sleep(0.1)
