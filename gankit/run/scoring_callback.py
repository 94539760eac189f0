"""Scores the generator during training, and chooses the best checkpoint."""

from collections.abc import Mapping
from typing import Any

import keras

from gankit.run.experiment import Experiment
from gankit.run.score_file import add
from gankit.run.scores import deciding, line, show, source, standing
from gankit.run.session import Session
from gankit.scoring.scorer import Scorer


class Score(keras.callbacks.Callback):
    """Scores the generator every few epochs, and after the last epoch of a stage.

    It acts before the checkpoint of the epoch is saved: a run that is killed in between forgets the
    line, goes on from the checkpoint before, and scores the same samples again.
    """

    def __init__(self, session: Session, experiment: Experiment):
        super().__init__()
        self.session = session
        self.scorer = Scorer.of_recipe(experiment.recipe, experiment.dataset, experiment.gan)
        self.every = experiment.recipe.scoring.every
        self.epochs = experiment.recipe.training.epochs
        self.told: set[str] = set()
        session.display.decides = self.scorer.best_by or ""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Score if it is due."""
        finished = self.session.place.epoch
        if finished % self.every == 0 or finished == self.epochs:
            self._score()

    def _score(self) -> None:
        session, scorer, place = self.session, self.scorer, self.session.place
        with session.display.scoring(scorer.count):
            scores = scorer(self.model, source(session.run, place.steps, session.epoch))
        new = line("run", place, session.epoch, scores, scorer.better, scorer.best_by)
        add(session.run.scores, new)
        show(session.events, scores, place.steps)
        if found := standing(session.run, coming=place.name):
            session.best = found.best["checkpoint"] if found.best else None
            session.display.score(found)
            session.events.scalars(deciding(found), place.steps)
        session.events.flush()
        self._warn(scores.left_out)

    def _warn(self, left_out: Mapping[str, str]) -> None:
        """Warn once of each metric that is left out."""
        for name in left_out.keys() - self.told:
            self.session.display.warn(f"the metric {name} is left out: {left_out[name]}")
        self.told |= left_out.keys()
