"""The scores of a run's samples."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

import gankit
from gankit.events import EventLog
from gankit.part import Part
from gankit.plugins import load_plugins
from gankit.recipe import read_recipe
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder
from gankit.run.load import load_gan
from gankit.sampling import sample
from gankit.scoring.evaluate import Provenance, Scores, evaluate
from gankit.scoring.examples import choose, in_range
from gankit.scoring.features import features as features_named


def score(
    run: RunFolder,
    metrics: Mapping[str, Part],
    features: str,
    count: int,
    seed: int,
    held_out: np.ndarray | None,
    backend: str,
    plugins: Iterable[Path] = (),
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

    Raises:
        GankitError: There is no checkpoint, the data is no longer there, or no such features are.
    """
    extractor = features_named(features)
    gan = load_gan(run, plugins)
    place = Checkpoints(run.checkpoints).newest().place
    fake = sample(gan, count, seed, run.data_facts()[-1].classes)
    real, source = _real(run, place.stage, count, seed, plugins)
    describe = partial(
        Provenance,
        real=source,
        generated=f"{run.path}, step {place.steps:,}",
        averaged="generator" in gan.averages,
        seed=seed,
        backend=backend,
        gankit=gankit.__version__,
    )
    scores = evaluate(metrics, extractor, real, fake, describe, held_out)
    _write_down(run, scores, place.steps)
    return scores


def _real(run: RunFolder, stage: int, count: int, seed: int, plugins) -> tuple[np.ndarray, str]:
    known = [Path(plugin) for plugin in run.read_facts().get("plugins", [])]
    stages = read_recipe(run.recipe, load_plugins(tuple(plugins) or known)).stages()
    section = stages[min(stage, len(stages) - 1)].dataset
    dataset = section.make()
    chosen = dataset.arrays["images"][choose(count, len(dataset), seed)]
    return in_range(np.asarray(chosen)), f"the {len(dataset):,} of {section.name} trained on"


def _write_down(run: RunFolder, scores: Scores, steps: int) -> None:
    """Add the scores to the run's file, and to a curve of their own in TensorBoard."""
    text = json.dumps({"step": steps, **scores.as_dict()}, ensure_ascii=False)
    with (run.path / "scores.jsonl").open("a", encoding="utf-8") as file:
        file.write(text + "\n")
    events = EventLog(run.path / "scores", steps)
    named = scores.provenance.features
    events.scalars({f"scores/{name} ({named})": v for name, v in scores.values.items()}, steps)
    rows = [f"| {key} | {value} |" for key, value in vars(scores.provenance).items()]
    events.text("scores", "\n".join(["| made with | |", "| --- | --- |", *rows]), steps)
    events.flush()
