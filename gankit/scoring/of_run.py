"""The scores of a run's samples."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import keras
import numpy as np

import gankit
from gankit.dataset import Dataset
from gankit.events import EventLog
from gankit.gan import GAN
from gankit.part import Part
from gankit.plugins import load_plugins
from gankit.run.folder import RunFolder
from gankit.run.load import restore
from gankit.sampling import sample, sampled_labels
from gankit.scoring import lines
from gankit.scoring.evaluate import Provenance, Scores, evaluate
from gankit.scoring.examples import choose, in_range
from gankit.scoring.features import features as features_named
from gankit.scoring.settings import all_directions
from gankit.section import Section


def score(
    run: RunFolder,
    metrics: Mapping[str, Part],
    features: str,
    count: int,
    seed: int,
    held_out: np.ndarray | None,
    plugins: Iterable[Path] = (),
    checkpoint: str = "last",
    weights: Path | None = None,
    download: bool = False,
) -> Scores:
    """Return the scores of one of a run's checkpoints, and write them down in its folder.

    Args:
        run: The folder.
        metrics: By name.
        features: Their name.
        count: Of samples; of real examples at most as many.
        seed: Of the noise, and of the choice of real examples.
        held_out: Real examples that were not trained on.
        plugins: Files of parts, if the run was made with some.
        checkpoint: `last`, `best`, or the name of one.
        weights: A file of the weights of the features' network.
        download: Whether such weights may be downloaded.

    Raises:
        GankitError: There is no such checkpoint, no such features, or the data is no longer there.
    """
    plugins = tuple(plugins)
    restored = restore(run, plugins, checkpoint)
    gan, place, section = restored.gan, restored.place, restored.recipe.dataset
    dataset = section.make()
    fake = sample(gan, count, seed, len(dataset.classes))
    catalogue = load_plugins(plugins)
    extractor = features_named(features, labelled(dataset), weights, download, catalogue)
    real = in_range(np.asarray(dataset.arrays["images"][choose(count, len(dataset), seed)]))
    named = where(run, place.steps, restored.epoch)
    describe = made_of(gan, section, len(dataset), named, seed)
    known = known_of(dataset, gan, count)
    scores = evaluate(metrics, extractor, real, fake, describe, held_out, known)
    better = all_directions(metrics.values())
    lines.add(run.scores, lines.line("score", place, restored.epoch, scores, better))
    events = EventLog(run.path / "scores", None)  # an older checkpoint may be scored after a newer
    show(events, scores, place.steps)
    events.flush()
    return scores


def where(run: RunFolder, steps: int, epoch: int) -> str:
    """Return what the provenance calls a place of a run."""
    return f"{run.path}, step {steps:,}, epoch {epoch}"


def made_of(
    gan: GAN, section: Section, examples: int, generated: str, seed: int
) -> Callable[..., Provenance]:
    """Return what makes the provenance of a game's samples, of what is left to tell.

    Args:
        gan: The game.
        section: The data it is trained on, as the recipe names it.
        examples: How many there are of it.
        generated: What the samples are called.
        seed: Of the noise, and of the choice of real examples.
    """
    return partial(
        Provenance,
        real=f"the {examples:,} of {section.name} trained on",
        split=split_of(section),
        generated=generated,
        averaged="generator" in gan.averages,
        seed=seed,
        backend=keras.backend.backend(),
        gankit=gankit.__version__,
    )


def known_of(dataset: Dataset, gan: GAN, count: int) -> dict[str, np.ndarray]:
    """Return what metrics may ask for of labelled data.

    Args:
        dataset: The data.
        gan: The game; where its generator takes labels, it was asked for some.
        count: Of samples.
    """
    if labelled(dataset) is None:
        return {}
    classes = len(dataset.classes)
    counts = np.bincount(np.asarray(dataset.arrays["labels"]).reshape(-1), minlength=classes)
    known = {"class_names": np.array(dataset.classes), "class_shares": counts / counts.sum()}
    asked = {"fake_labels": sampled_labels(count, classes)}
    return known | (asked if len(gan.networks["generator"].inputs) > 1 else {})


def split_of(section: Section) -> str:
    """Return which part of its data a section names; `all` where there are no parts to choose."""
    return str(section.options.get("split", "all"))


def labelled(dataset: Dataset) -> Dataset | None:
    """Return the data where a network can learn to tell its classes, None elsewhere."""
    return dataset if "labels" in dataset.arrays and len(dataset.classes) > 1 else None


def show(events: EventLog, scores: Scores, steps: int, part: str = "") -> None:
    """Add scores to TensorBoard's curves of a part of a run, and how they were made as a text."""
    found = {f"scores/{scores.titles[name]}": value for name, value in scores.values.items()}
    events.scalars(found, steps, run=part)
    rows = [f"| {key} | {value} |" for key, value in vars(scores.provenance).items()]
    made = "\n".join(["| made with | |", "| --- | --- |", *rows])
    events.text("scores", made, steps, run=part)
