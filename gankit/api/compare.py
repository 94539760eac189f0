"""A comparison of runs: what differs, which scores are better, what they draw from equal noise."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gankit.errors import GankitError

if TYPE_CHECKING:
    from gankit.reporting.comparison import Asked, Comparison, Drawn
    from gankit.reporting.record import Record


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
    """Compare runs, and write a page with their curves on one chart and samples from equal noise.

    The samples of all runs are drawn on one backend: `backend`, or what Keras runs on already, or
    that of the first run. Without samples no Keras is needed.

    Args:
        runs: Their folders, two at least; one that is named twice counts once.
        out: The page, or a folder for it; `compare.html` by default.
        count: How many samples to draw of each; 0 for none.
        seed: Of the noise.
        checkpoint: What draws the samples of each run: `last`, `best`, or the name of one.
        plugins: Files of parts, if the runs were made with some.
        backend: tensorflow, jax or torch.
        cpu: Whether to keep off the GPUs.

    Raises:
        GankitError: One of them is no run, or there are fewer than two, or the page cannot be
            written.
    """
    from gankit.reporting import comparison_body
    from gankit.reporting.comparison import Asked, Comparison
    from gankit.reporting.curves import charts_of_runs, charts_of_scores
    from gankit.reporting.page import Page, place
    from gankit.reporting.record import read_record
    from gankit.reporting.settings import differences, made_with
    from gankit.reporting.standing import standings

    records = [read_record(path) for path in _distinct(runs)]
    names = _names(records)
    asked = Asked(count, seed, checkpoint)
    found = Comparison(
        names=names,
        settings=differences([record.recipe for record in records]),
        made=differences([made_with(record) for record in records]),
        scores=standings(records),
        drawn=_draw(records, asked, plugins, backend, cpu) if count else None,
        page=Page(place(out, Path(), "compare.html")),
    )
    curves, measured = charts_of_runs(records, names), charts_of_scores(found.scores, names)
    command = comparison_body.command([str(record.path) for record in records], asked)
    body = comparison_body.body(found, curves, measured, command)
    found.page.write(f"{' · '.join(names)} – gankit", body, [*measured, *curves])
    return found


def _distinct(runs: Iterable[Path | str]) -> list[Path]:
    """Return the folders in their order, each once."""
    paths: dict[Path, Path] = {}
    for run in runs:
        paths.setdefault(Path(run).resolve(), Path(run))
    if len(paths) < 2:
        received = ", ".join(map(str, paths.values())) or "none"
        raise GankitError(
            f"a comparison needs two different runs. Received: {received}",
            "gankit compare RUN RUN; of one alone: gankit report RUN",
        )
    return list(paths.values())


def _names(records: Sequence["Record"]) -> list[str]:
    """Return the names of the runs' folders; the paths of those that share one."""
    names = [record.name for record in records]
    return [
        str(record.path) if names.count(name) > 1 else name for record, name in zip(records, names)
    ]


def _draw(
    records: "Sequence[Record]",
    asked: "Asked",
    plugins: Iterable[Path],
    backend: str | None,
    cpu: bool,
) -> "Drawn":
    from gankit.backend import choose_backend, running_backend

    chosen = choose_backend(backend or running_backend() or records[0].facts.get("backend"), cpu)
    from gankit.reporting.comparison import Drawn
    from gankit.reporting.samples import draw

    paths = [record.path for record in records]
    return Drawn(draw(paths, asked, tuple(plugins)), asked, chosen)
