"""gankit score: how good, varied and new the samples are, with provenance."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gankit.backend import choose_backend
from gankit.discovery.faults import blaming
from gankit.discovery.part import Part
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.errors import GankitError
from gankit.messages import typed
from gankit.recipe.features import choose_features
from gankit.recipe.section import Section
from gankit.recipe.settings import DEFAULT_FEATURES, all_directions

if TYPE_CHECKING:
    from gankit.run.folder import RunFolder
    from gankit.run.load import Restored
    from gankit.scoring.evaluate import Scores
    from gankit.scoring.scorer import Scorer


def score(
    *places: Path | str,
    metrics: str | Iterable[str] = "",
    features: str | None = None,
    weights: Path | str | Sequence[float] | None = None,
    download: bool = False,
    count: int = 10_000,
    seed: int = 0,
    held_out: Path | str | None = None,
    checkpoint: str = "last",
    ensemble: bool = False,
    plugin: Sequence[Path | str] = (),
    backend: str | None = None,
    cpu: bool = False,
) -> "Scores":
    """Score a run's samples against its data, or a folder of images against another.

    The scores of a run are added to its `scores.jsonl` and to TensorBoard; those of an ensemble to
    `ensembles.jsonl` of its first run.

    Args:
        places: The folder of a run; or a folder of real and a folder of generated images; or the
            folders of all runs of an ensemble.
        metrics: The names of metrics, as a list or separated by commas; all if empty.
        features: The features to compare examples by; by default those of the run's recipe, and
            pixels for folders.
        weights: A file of the weights of the features' network; for an ensemble, how often each
            run is drawn relative to the others: numbers, or a text such as `"2,1"`. By default all
            are drawn equally often.
        download: Whether such weights may be downloaded.
        count: The number of samples, and the maximum number of real examples.
        seed: The seed of the noise and of the choice of real examples.
        held_out: A folder of real images that were not trained on.
        checkpoint: The run's checkpoint: `last`, `best`, or its name.
        ensemble: Whether to score the mixture of the samples of all runs, as `gankit sample
            --ensemble` draws it.
        plugin: Plugin files.
        backend: tensorflow, jax or torch; by default the run's.
        cpu: Do not use GPUs.

    Returns:
        The scores by name, and their provenance.

    Raises:
        GankitError: It is not a run, or a folder, a checkpoint, a metric or features are wrong; or
            the runs of an ensemble have different data, or weights that do not fit.
    """
    from gankit.run.folder import RunFolder  # imports numpy, which quick commands do without
    from gankit.scoring.evaluate import evaluate
    from gankit.scoring.examples import labelled
    from gankit.scoring.folders import folder_examples, read_folder

    if len(places) not in (1, 2) and not (ensemble and places):
        raise GankitError("name one run, or two folders of images", "gankit score --help")
    paths, plugins = [Path(place) for place in places], [Path(file) for file in plugin]
    catalogue = load_plugins(plugins)
    chosen = chosen_metrics(catalogue, metrics)
    named = features or DEFAULT_FEATURES
    file = "" if ensemble else str(weights or "")
    extractor = choose_features(named, catalogue, weights=file, download=download)
    others = read_folder(Path(held_out)) if held_out else None
    with blaming(chosen.values()):
        if len(paths) == 2 and not ensemble:
            _check_no_runs(paths)
            backend = choose_backend(backend, cpu) if named != DEFAULT_FEATURES else "no backend"
            examples = folder_examples(paths[0], paths[1], count, seed, backend)
            return evaluate(chosen, extractor.make(), replace(examples, held_out=others))
        runs = [RunFolder.open(path) for path in paths]
        choose_backend(backend or runs[0].read_facts()["backend"], cpu)
        from gankit.api import ensemble_scores
        from gankit.run.load import restore  # imports Keras
        from gankit.scoring.scorer import Scorer

        mixed = ensemble_scores.fractions(weights if ensemble else None, len(runs))
        restored = [restore(run, plugins, checkpoint) for run in runs]
        section, own = restored[0].recipe.dataset, restored[0].recipe.scoring.features
        if not (features or file or download):
            extractor = own if isinstance(own, Section) else choose_features(own, catalogue)
        data = section.make()
        found = extractor.make(data=labelled(data))
        scorer = Scorer(chosen, found, section, data, count, seed, held_out=others)
        if ensemble:
            members = map(ensemble_scores.Member, runs, restored, mixed.tolist())
            return ensemble_scores.add_scores(list(members), scorer)
        return _add_scores(runs[0], restored[0], scorer)


def chosen_metrics(catalogue: Catalogue, names: str | Iterable[str]) -> dict[str, Part]:
    """Return the metrics of these names; all if there are no names.

    Raises:
        GankitError: There is no such metric.
    """
    words = names.split(",") if isinstance(names, str) else names
    wanted = [word.strip() for word in words if word.strip()]
    return {name: _metric(catalogue, name) for name in wanted or sorted(catalogue.parts["metrics"])}


def _metric(catalogue: Catalogue, name: str) -> Part:
    try:
        return catalogue.find("metrics", name)
    except GankitError as error:
        raise GankitError(f'"{name}" {error.message}', error.hint) from error


def _check_no_runs(paths: Sequence[Path]) -> None:
    from gankit.run.folder import RunFolder

    if all(RunFolder(path).exists for path in paths):
        words = " ".join(typed(path) for path in paths)
        raise GankitError(
            f"{paths[0]} and {paths[1]} are runs, not folders of images",
            f"score their mixture: gankit score {words} --ensemble; or compare them: "
            f"gankit compare {words}",
        )


def _add_scores(run: "RunFolder", restored: "Restored", scorer: "Scorer") -> "Scores":
    """Score a run's checkpoint, and add the scores to its folder."""
    from gankit.run.events import EventLog
    from gankit.run.score_file import add
    from gankit.run.scores import line, show, source

    place, epoch = restored.place, restored.epoch
    scores = scorer(restored.gan, source(run, place.steps, epoch))
    add(run.scores, line("score", place, epoch, scores, all_directions(scorer.metrics.values())))
    events = EventLog(run.path / "scores", None)  # an older checkpoint may be scored after a newer
    show(events, scores, place.steps)
    events.flush()
    return scores
