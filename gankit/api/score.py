"""gankit score: how good, varied and new the samples are, and how that was measured."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gankit.backend import choose_backend
from gankit.discovery.faults import blaming
from gankit.discovery.part import Part, pick
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.errors import GankitError
from gankit.recipe.settings import DEFAULT_FEATURES, all_directions

if TYPE_CHECKING:
    from gankit.run.folder import RunFolder
    from gankit.scoring.evaluate import Scores
    from gankit.scoring.request import Request


def score(
    *places: Path | str,
    metrics: str | Iterable[str] = "",
    features: str = DEFAULT_FEATURES,
    weights: Path | str | None = None,
    download: bool = False,
    count: int = 10_000,
    seed: int = 0,
    held_out: Path | str | None = None,
    checkpoint: str = "last",
    plugin: Sequence[Path | str] = (),
    backend: str | None = None,
    cpu: bool = False,
) -> "Scores":
    """Score a run's samples against its data, or one folder of images against another.

    The scores of a run are added to `scores.jsonl` in its folder, and to TensorBoard.

    Args:
        places: The folder of a run; or a folder of real and a folder of generated images.
        metrics: Their names, in a text with commas or one by one; all if empty.
        features: What examples are compared by.
        weights: A file of the weights of the features' network.
        download: Whether such weights may be downloaded.
        count: Of samples, and at most of real examples.
        seed: Of the noise and of the choice of real examples.
        held_out: A folder of real images that were not trained on.
        checkpoint: `last`, `best`, or the name of one, of a run.
        plugin: Files of Python to load as plugins.
        backend: tensorflow, jax or torch; that of the run if left out.
        cpu: Keep off the GPUs.

    Returns:
        The scores by name, and how they were made.

    Raises:
        GankitError: It is no run, or has no such checkpoint, a folder cannot be read, there is no
            such metric, or the features need something else.
    """
    from gankit.run.folder import RunFolder  # with numpy, which a quick command does without
    from gankit.scoring.folders import score_folders
    from gankit.scoring.request import Request

    files = tuple(map(Path, plugin))
    catalogue = load_plugins(files)
    request = Request(
        chosen_metrics(catalogue, metrics),
        catalogue,
        features,
        count,
        seed,
        held_out and Path(held_out),
        weights and Path(weights),
        download,
        checkpoint,
        files,
    )
    paths = [Path(place) for place in places]
    with blaming(request.metrics.values()):
        if len(paths) == 1:
            return _score_run(RunFolder.open(paths[0]), request, backend, cpu)
        if len(paths) == 2:
            named = "no backend" if features == DEFAULT_FEATURES else choose_backend(backend, cpu)
            return score_folders(*paths, request, named)
    raise GankitError("name one run, or two folders of images", "gankit score --help")


def chosen_metrics(catalogue: Catalogue, names: str | Iterable[str]) -> dict[str, Part]:
    """Return the metrics that are named; all where none is.

    Raises:
        GankitError: There is no such metric.
    """
    parts = catalogue.parts["metrics"]
    words = names.split(",") if isinstance(names, str) else names
    wanted = [word.strip() for word in words if word.strip()]
    return {name: _metric(parts, name) for name in wanted or sorted(parts)}


def _metric(parts: Mapping[str, Part], name: str) -> Part:
    try:
        return pick(parts, "metrics", name)
    except GankitError as error:
        raise GankitError(f'"{name}" {error.message}', error.hint) from error


def _score_run(run: "RunFolder", request: "Request", backend: str | None, cpu: bool) -> "Scores":
    """Score one of a run's checkpoints, and add the scores to its folder."""
    choose_backend(backend or run.read_facts()["backend"], cpu)
    from gankit.game.sampling import sample  # Keras, now that its backend is chosen
    from gankit.run.events import EventLog
    from gankit.run.load import restore
    from gankit.run.scores import add, line, show, where
    from gankit.scoring.evaluate import evaluate
    from gankit.scoring.examples import known_of, labelled, made_of, real_examples
    from gankit.scoring.folders import read_folder

    restored = restore(run, request.plugins, request.checkpoint)
    gan, place, section = restored.gan, restored.place, restored.recipe.dataset
    dataset = section.make()
    fake = sample(gan, request.count, request.seed, len(dataset.classes))
    named = where(run, place.steps, restored.epoch)
    scores = evaluate(
        request.metrics,
        request.make_features(labelled(dataset)),
        real_examples(dataset, request.count, request.seed),
        fake,
        made_of(gan, section, len(dataset), named, request.seed),
        request.held_out and read_folder(request.held_out),
        known_of(dataset, gan, request.count),
    )
    better = all_directions(request.metrics.values())
    add(run.scores, line("score", place, restored.epoch, scores, better))
    events = EventLog(run.path / "scores", None)  # an older checkpoint may be scored after a newer
    show(events, scores, place.steps)
    events.flush()
    return scores
