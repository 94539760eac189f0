"""A comparison of runs: what differs, their scores, and samples from equal noise."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gankit.backend import choose_backend, running_backend
from gankit.errors import GankitError

if TYPE_CHECKING:
    from gankit.reporting.comparison import Comparison, SampleRequest, Samples
    from gankit.reporting.run_data import RunData


def compare(
    runs: Iterable[Path | str],
    out: Path | str | None = None,
    count: int = 16,
    seed: int = 0,
    checkpoint: str = "last",
    plugins: Iterable[Path] = (),
    backend: str | None = None,
    cpu: bool = False,
) -> "Comparison":
    """Compare runs, and write a page with their curves in one chart and samples from equal noise.

    All samples are drawn on one backend: `backend`, or the one that Keras already uses, or that of
    the first run. Without samples, Keras is not needed.

    Args:
        runs: Their folders, at least two; a repeated one counts once.
        out: The page, or a folder for it; `compare.html` by default.
        count: The number of samples of each run; 0 for none.
        seed: The seed of the noise.
        checkpoint: The checkpoint of each run that draws: `last`, `best`, or its name.
        plugins: Plugin files that the runs need.
        backend: tensorflow, jax or torch.
        cpu: Do not use GPUs.

    Raises:
        GankitError: A folder is not a run, there are fewer than two, or the page cannot be
            written.
    """
    from gankit.reporting import comparison_body
    from gankit.reporting.charts import comparison_charts, score_charts
    from gankit.reporting.comparison import Comparison, SampleRequest
    from gankit.reporting.differences import differences, made_with
    from gankit.reporting.over_seeds import only_seeds_differ, with_mean
    from gankit.reporting.page import Page, document, page_path
    from gankit.reporting.run_data import read_run
    from gankit.reporting.score_history import score_histories

    data = [read_run(path) for path in _distinct(runs)]
    names, paths = _names(data), [run.path for run in data]
    if count:
        backend = backend or running_backend() or data[0].facts.get("backend")
        backend = choose_backend(backend, cpu)
    request = SampleRequest(count, seed, checkpoint, tuple(plugins), backend)
    found = Comparison(
        names=names,
        settings=differences([run.recipe for run in data]),
        made=differences([made_with(run) for run in data]),
        scores=score_histories(data),
        warnings=[run.facts.get("warnings", []) for run in data],
        samples=_draw(paths, request) if count else (),
        page=Page(page_path(out, Path(), "compare.html")),
    )
    curves, measured = comparison_charts(data, names), score_charts(found.scores, names)
    if only_seeds_differ(found.settings):
        curves, measured = with_mean(curves), with_mean(measured)
    body = comparison_body.body(found, curves, measured, paths, request)
    found.page.write(document(f"{' · '.join(names)} – gankit", body, [*measured, *curves]))
    return found


def _draw(paths: Sequence[Path], request: "SampleRequest") -> "list[Samples | GankitError]":
    from gankit.reporting.samples import draw  # imports Keras

    return draw(paths, request)


def _distinct(runs: Iterable[Path | str]) -> list[Path]:
    """Return the folders in their order, each once."""
    paths: dict[Path, Path] = {}
    for run in runs:
        paths.setdefault(Path(run).resolve(), Path(run))
    if len(paths) < 2:
        received = ", ".join(map(str, paths.values())) or "none"
        raise GankitError(
            f"a comparison needs two different runs. Received: {received}",
            "gankit compare RUN RUN; for one run: gankit report RUN",
        )
    return list(paths.values())


def _names(runs: Sequence["RunData"]) -> list[str]:
    """Return the names of the runs' folders; the paths of those that share a name."""
    names = [run.name for run in runs]
    return [str(run.path) if names.count(name) > 1 else name for run, name in zip(runs, names)]
