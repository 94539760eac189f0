"""Scores the generator while it trains, and says which checkpoint is the best."""

from typing import Any

import keras

from gankit.run.experiment import Experiment
from gankit.run.scores import add, line, show, standing, where
from gankit.run.session import Session
from gankit.scoring.scorer import Scorer


class Score(keras.callbacks.Callback):
    """Scores the generator after each so many epochs, and after a stage's last.

    It acts before the checkpoint of the epoch is saved: a run that is killed between the two
    forgets the line, plays from the checkpoint before, and scores the same again.

    Args:
        session: The run.
        experiment: The stage that is played.

    Raises:
        GankitError: There are no such features.
    """

    def __init__(self, session: Session, experiment: Experiment):
        super().__init__()
        self.session = session
        self.scorer = Scorer.of_recipe(experiment.recipe, experiment.dataset, experiment.gan)
        self.every = experiment.recipe.scoring.every
        self.epochs = experiment.recipe.training.epochs
        self.told: set[str] = set()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Score where it is due."""
        finished = self.session.place.epoch
        if finished % self.every == 0 or finished == self.epochs:
            self._score()

    def _score(self) -> None:
        session, scorer, place = self.session, self.scorer, self.session.place
        name = where(session.run, place.steps, session.epoch)
        scores = scorer(self.model, name)
        new = line("run", place, session.epoch, scores, scorer.better, scorer.best_by)
        add(session.run.scores, new)
        show(session.events, scores, place.steps, "scoring")
        session.events.flush()
        found = standing(session.run, coming=place.name)
        session.best = found.best["checkpoint"] if found.best else None
        session.display.score(found)
        self._tell(scores.left_out)

    def _tell(self, left_out) -> None:
        """Say once which metrics find nothing."""
        for name in left_out.keys() - self.told:
            self.session.display.warn(f"the metric {name} is left out: {left_out[name]}")
        self.told |= left_out.keys()
