"""gankit score: how good, varied and new the samples are, and how that was measured."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from gankit.cli import completion
from gankit.cli.console import aligned, show_lines
from gankit.cli.options import AsJson, Backend, Cpu, PluginFiles
from gankit.errors import GankitError
from gankit.part import Part, pick
from gankit.plugins import load_plugins

if TYPE_CHECKING:
    import numpy as np

    from gankit.scoring.evaluate import Scores

EXAMPLES = """
Examples:

  gankit score runs/quickstart-1 --metrics frechet-distance,prdc

  gankit score real-pictures generated-pictures --json
"""

Line = Text | str


def score(
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RUN | REAL GENERATED",
            help="A run; or two folders of pictures.",
            autocompletion=completion.runs,
        ),
    ] = None,
    metrics: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help="With commas; all if empty.", autocompletion=completion.metrics
        ),
    ] = "",
    features: Annotated[
        str, typer.Option(metavar="NAME", help="What to compare examples by.")
    ] = "pixels",
    count: Annotated[
        int, typer.Option(metavar="N", min=2, help="Of samples, and at most of reals.")
    ] = 10_000,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="Of the noise and of the reals' choice.")
    ] = 0,
    held_out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A folder of real pictures not trained on."),
    ] = None,
    self_test: Annotated[
        bool,
        typer.Option("--self-test", metavar="", help="Try the metrics on known answers instead."),
    ] = False,
    as_json: AsJson = False,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Score a run's samples, or a folder of pictures, against real ones."""
    chosen = choose(load_plugins(plugin or ()).parts["metrics"], metrics)
    if self_test:
        show_lines(self_test_lines(chosen))
        return
    wanted = {"metrics": chosen, "features": features, "count": count, "seed": seed}
    wanted["held_out"] = held_out
    if len(places or ()) == 1:
        scores = score_run(places[0], **wanted, backend=backend, cpu=cpu, plugins=plugin or ())
    elif len(places or ()) == 2:
        scores = score_folders(*places, **wanted)
    else:
        raise typer.BadParameter("name one run, or two folders of pictures")
    if as_json:
        print(json.dumps(scores.as_dict(), ensure_ascii=False))
    else:
        show_lines(score_lines(scores))


def choose(parts: Mapping[str, Part], names: str) -> dict[str, Part]:
    """Return the metrics that are named, with commas between them; all where none is.

    Raises:
        GankitError: There is no such metric.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    return {name: pick(parts, "metrics", name) for name in wanted or sorted(parts)}


def score_run(
    path, metrics, features, count, seed, held_out=None, backend=None, cpu=False, plugins=()
) -> "Scores":
    """Score a run's newest checkpoint against the data that it was trained on.

    The scores are added to `scores.jsonl` in the run's folder, and to TensorBoard.

    Raises:
        GankitError: It is no run, or has no checkpoint, or what made it is no longer there.
    """
    from gankit.backend import choose_backend
    from gankit.run.folder import RunFolder

    run = RunFolder.open(path)
    backend = choose_backend(backend or run.read_facts()["backend"], cpu)
    from gankit.scoring import of_run

    return of_run.score(run, metrics, features, count, seed, _pictures(held_out), backend, plugins)


def score_folders(real, generated, metrics, features, count, seed, held_out=None) -> "Scores":
    """Score the pictures of one folder against those of another.

    Raises:
        GankitError: A folder cannot be read, or their pictures are of different sizes.
    """
    from gankit.scoring import of_folders

    return of_folders.score(real, generated, metrics, features, count, seed, _pictures(held_out))


def score_lines(scores: "Scores") -> Iterator[Line]:
    """Yield the scores, and how they were made."""
    table = [(name, f"{value:.4g}") for name, value in scores.values.items()]
    yield from aligned(table, ("bold", "green"))
    for name, why in scores.left_out.items():
        yield Text(f"  {name}: left out, {why}", "yellow")
    made = scores.provenance
    yield ""
    yield f"  features   {made.features} (weights: {made.weights}; resized: {made.resizer})"
    yield f"  real       {made.real_count:,} of {made.real}, digest {made.real_digest}"
    averaged = {True: ", averaged weights", False: ", its own weights"}.get(made.averaged, "")
    yield f"  generated  {made.generated_count:,} of {made.generated}{averaged}"
    yield f"  made with  seed {made.seed}, {made.backend}, gankit {made.gankit}"


def self_test_lines(metrics: Mapping[str, Part]) -> Iterator[Line]:
    """Yield known and measured answers.

    Raises:
        GankitError: An answer is wrong.
    """
    from gankit.scoring.self_test import self_test

    checks = list(self_test(metrics))
    rows = [("score", "of samples", "known", "measured", "")]
    rows += [
        (c.score, c.generator, c.known, f"{c.measured:.4g}", "" if c.right else "WRONG")
        for c in checks
    ]
    yield from aligned(rows, ("bold", "", "", "green", "bold red"))
    wrong = [c.score for c in checks if not c.right]
    if wrong:
        raise GankitError(f"wrong answers: {', '.join(wrong)}")
    yield Text(f"all {len(checks)} answers are right", "bold green")


def _pictures(folder: Path | None) -> "np.ndarray | None":
    if folder is None:
        return None
    from gankit.scoring.of_folders import read

    return read(folder)
