"""The scores of a run's samples."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

import gankit
from gankit.dataset import Dataset
from gankit.events import EventLog
from gankit.gan import GAN
from gankit.part import Part
from gankit.plugins import Catalogue, load_plugins
from gankit.recipe import read_recipe
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder
from gankit.run.load import load_gan
from gankit.sampling import sample, sampled_labels
from gankit.scoring.evaluate import Provenance, Scores, evaluate
from gankit.scoring.examples import choose, in_range
from gankit.scoring.features import features as features_named
from gankit.section import Section


def score(
    run: RunFolder,
    metrics: Mapping[str, Part],
    features: str,
    count: int,
    seed: int,
    held_out: np.ndarray | None,
    backend: str,
    plugins: Iterable[Path] = (),
    weights: Path | None = None,
    download: bool = False,
) -> Scores:
    """Return the scores of a run's newest checkpoint, and write them down in its folder.

    Args:
        run: The folder.
        metrics: By name.
        features: Their name.
        count: Of samples; of real examples at most as many.
        seed: Of the noise, and of the choice of real examples.
        held_out: Real examples that were not trained on.
        backend: What the generator runs on.
        plugins: Files of parts; by default those that the run was made with.
        weights: A file of the weights of the features' network.
        download: Whether such weights may be downloaded.

    Raises:
        GankitError: There is no checkpoint, the data is no longer there, or no such features are.
    """
    catalogue = load_plugins(_files(run, plugins))
    gan = load_gan(run, plugins)
    place = Checkpoints(run.checkpoints).newest().place
    section = _section(run, place.stage, catalogue)
    dataset = section.make()
    extractor = features_named(features, _labelled(dataset), weights, download, catalogue)
    real = in_range(np.asarray(dataset.arrays["images"][choose(count, len(dataset), seed)]))
    fake = sample(gan, count, seed, len(dataset.classes))
    known = known_of(dataset, gan, count)
    describe = partial(
        Provenance,
        real=f"the {len(dataset):,} of {section.name} trained on",
        split=split_of(section),
        generated=f"{run.path}, step {place.steps:,}",
        averaged="generator" in gan.averages,
        seed=seed,
        backend=backend,
        gankit=gankit.__version__,
    )
    scores = evaluate(metrics, extractor, real, fake, describe, held_out, known)
    _write_down(run, scores, place.steps)
    return scores


def known_of(dataset: Dataset, gan: GAN, count: int) -> dict[str, np.ndarray]:
    """Return what metrics may ask for of labelled data.

    Args:
        dataset: The data.
        gan: The game; where its generator takes labels, it was asked for some.
        count: Of samples.
    """
    if _labelled(dataset) is None:
        return {}
    classes = len(dataset.classes)
    counts = np.bincount(np.asarray(dataset.arrays["labels"]).reshape(-1), minlength=classes)
    known = {"class_names": np.array(dataset.classes), "class_shares": counts / counts.sum()}
    asked = {"fake_labels": sampled_labels(count, classes)}
    return known | (asked if len(gan.networks["generator"].inputs) > 1 else {})


def split_of(section: Section) -> str:
    """Return which part of its data a section names; `all` where there are no parts to choose."""
    return str(section.options.get("split", "all"))


def _labelled(dataset: Dataset) -> Dataset | None:
    return dataset if "labels" in dataset.arrays and len(dataset.classes) > 1 else None


def _files(run: RunFolder, plugins: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(plugins) or tuple(map(Path, run.read_facts().get("plugins", [])))


def _section(run: RunFolder, stage: int, catalogue: Catalogue) -> Section:
    stages = read_recipe(run.recipe, catalogue).stages()
    return stages[min(stage, len(stages) - 1)].dataset


def _write_down(run: RunFolder, scores: Scores, steps: int) -> None:
    """Add the scores to the run's file, and to a curve of their own in TensorBoard."""
    text = json.dumps({"step": steps, **scores.as_dict()}, ensure_ascii=False)
    with (run.path / "scores.jsonl").open("a", encoding="utf-8") as file:
        file.write(text + "\n")
    events = EventLog(run.path / "scores", steps)
    events.scalars({f"scores/{scores.titles[n]}": v for n, v in scores.values.items()}, steps)
    rows = [f"| {key} | {value} |" for key, value in vars(scores.provenance).items()]
    events.text("scores", "\n".join(["| made with | |", "| --- | --- |", *rows]), steps)
    events.flush()
