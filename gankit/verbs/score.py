"""gankit score: how good, varied and new the samples are, and how that was measured."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gankit.blame import blaming
from gankit.errors import GankitError
from gankit.metric import DEFAULT_FEATURES
from gankit.part import Part, pick
from gankit.plugins import Catalogue, load_plugins

if TYPE_CHECKING:
    import numpy as np

    from gankit.scoring.evaluate import Scores


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
    """Score a run's samples against its data, or one folder of pictures against another.

    The scores of a run are added to `scores.jsonl` in its folder, and to TensorBoard.

    Args:
        places: The folder of a run; or a folder of real and a folder of generated pictures.
        metrics: Their names, in a text with commas or one by one; all if empty.
        features: What examples are compared by.
        weights: A file of the weights of the features' network.
        download: Whether such weights may be downloaded.
        count: Of samples, and at most of real examples.
        seed: Of the noise and of the choice of real examples.
        held_out: A folder of real pictures that were not trained on.
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
    files = tuple(map(Path, plugin))
    catalogue = load_plugins(files)
    chosen = chosen_metrics(catalogue, metrics)
    how: dict[str, Any] = {"features": features, "count": count, "seed": seed, "download": download}
    how["weights"] = Path(weights) if weights else None
    paths = [Path(place) for place in places]
    with blaming(chosen.values()):
        if len(paths) == 1:
            how["checkpoint"] = checkpoint
            return _of_run(paths[0], chosen, held_out, files, backend, cpu, how)
        if len(paths) == 2:
            return _of_folders(paths, chosen, held_out, catalogue, backend, cpu, how)
    raise GankitError("name one run, or two folders of pictures", "gankit score --help")


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


def _of_run(
    path: Path,
    metrics: Mapping[str, Part],
    held_out: Path | str | None,
    files: Iterable[Path],
    backend: str | None,
    cpu: bool,
    how: Mapping[str, Any],
) -> "Scores":
    from gankit.backend import choose_backend
    from gankit.run.folder import RunFolder

    run = RunFolder.open(path)
    choose_backend(backend or run.read_facts()["backend"], cpu)
    from gankit.scoring import of_run

    return of_run.score(run, metrics, held_out=_pictures(held_out), plugins=files, **how)


def _of_folders(
    paths: Sequence[Path],
    metrics: Mapping[str, Part],
    held_out: Path | str | None,
    catalogue: Catalogue,
    backend: str | None,
    cpu: bool,
    how: Mapping[str, Any],
) -> "Scores":
    from gankit.scoring import of_folders

    running: dict[str, Any] = {}
    if how["features"] != DEFAULT_FEATURES:  # which need no network
        from gankit.backend import choose_backend

        running = {"backend": choose_backend(backend, cpu)}
    held = _pictures(held_out)
    real, generated = paths
    return of_folders.score(
        real, generated, metrics, held_out=held, catalogue=catalogue, **running, **how
    )


def _pictures(folder: Path | str | None) -> "np.ndarray | None":
    if folder is None:
        return None
    from gankit.scoring.of_folders import read

    return read(Path(folder))
