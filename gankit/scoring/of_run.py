"""The scores of a run's samples."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

import gankit
from gankit.events import EventLog
from gankit.part import Part
from gankit.run.folder import RunFolder
from gankit.run.load import load_recipe, restore
from gankit.sampling import sample
from gankit.scoring import lines
from gankit.scoring.evaluate import Provenance, Scores, evaluate
from gankit.scoring.examples import choose, in_range
from gankit.scoring.features import features as features_named
from gankit.scoring.settings import all_directions


def score(
    run: RunFolder,
    metrics: Mapping[str, Part],
    features: str,
    count: int,
    seed: int,
    held_out: np.ndarray | None,
    backend: str,
    plugins: Iterable[Path] = (),
    checkpoint: str = "last",
) -> Scores:
    """Return the scores of one of a run's checkpoints, and write them down in its folder.

    Args:
        run: The folder.
        metrics: By name.
        features: Their name.
        count: Of samples; of real examples at most as many.
        seed: Of the noise, and of the choice of real examples.
        held_out: Real examples that were not trained on.
        backend: What the generator runs on.
        plugins: Files of parts, if the run was made with some.
        checkpoint: `last`, `best`, or the name of one.

    Raises:
        GankitError: There is no such checkpoint, no such features, or the data is no longer there.
    """
    extractor = features_named(features)
    restored = restore(run, plugins, checkpoint)
    gan, place = restored.gan, restored.place
    fake = sample(gan, count, seed, restored.facts.classes)
    real, source = _real(run, place.stage, count, seed, plugins)
    named = where(run, place.steps, restored.epoch)
    describe = made_of(gan, source, named, seed, backend)
    scores = evaluate(metrics, extractor, real, fake, describe, held_out)
    better = all_directions(metrics.values())
    lines.add(run.scores, lines.line("score", place, restored.epoch, scores, better))
    events = EventLog(run.path / "scores", None)  # an older checkpoint may be scored after a newer
    show(events, scores, place.steps)
    events.flush()
    return scores


def where(run: RunFolder, steps: int, epoch: int) -> str:
    """Return what the provenance calls a place of a run."""
    return f"{run.path}, step {steps:,}, epoch {epoch}"


def made_of(gan, real: str, generated: str, seed: int, backend: str) -> Callable[..., Provenance]:
    """Return what makes the provenance of a game's samples, of what is left to tell."""
    return partial(
        Provenance,
        real=real,
        generated=generated,
        averaged="generator" in gan.averages,
        seed=seed,
        backend=backend,
        gankit=gankit.__version__,
    )


def show(events: EventLog, scores: Scores, steps: int, part: str = "") -> None:
    """Add scores to TensorBoard's curves of a part of a run, and how they were made as a text."""
    named = scores.provenance.features
    found = {f"scores/{name} ({named})": value for name, value in scores.values.items()}
    events.scalars(found, steps, run=part)
    rows = [f"| {key} | {value} |" for key, value in vars(scores.provenance).items()]
    made = "\n".join(["| made with | |", "| --- | --- |", *rows])
    events.text("scores", made, steps, run=part)


def _real(run: RunFolder, stage: int, count: int, seed: int, plugins) -> tuple[np.ndarray, str]:
    stages = load_recipe(run, plugins).stages()
    section = stages[min(stage, len(stages) - 1)].dataset
    dataset = section.make()
    chosen = dataset.arrays["images"][choose(count, len(dataset), seed)]
    return in_range(np.asarray(chosen)), f"the {len(dataset):,} of {section.name} trained on"
