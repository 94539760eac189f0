"""gankit score: how good, varied and new the samples are, and how that was measured."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from gankit.cli import completion
from gankit.cli.console import aligned, show_lines
from gankit.cli.options import AsJson, Backend, CheckpointName, Cpu, PluginFiles
from gankit.errors import GankitError
from gankit.part import Part, pick
from gankit.plugins import load_plugins

if TYPE_CHECKING:
    import numpy as np

    from gankit.run.folder import RunFolder
    from gankit.scoring.evaluate import Provenance, Scores
    from gankit.scoring.lines import Line as ScoreLine

EXAMPLES = """
Examples:

  gankit score runs/quickstart-1 --checkpoint best --metrics prdc

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
    checkpoint: CheckpointName = "last",
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
        how = {"backend": backend, "cpu": cpu, "plugins": plugin or (), "checkpoint": checkpoint}
        scores = score_run(places[0], **wanted, **how)
    elif len(places or ()) == 2:
        scores = score_folders(*places, **wanted)
    else:
        raise typer.BadParameter("name one run, or two folders of pictures")
    if as_json:
        print(json.dumps(scores.as_dict(), ensure_ascii=False))
    else:
        show_lines(score_lines(scores))
        show_lines(_while_training(places))


def choose(parts: Mapping[str, Part], names: str) -> dict[str, Part]:
    """Return the metrics that are named, with commas between them; all where none is.

    Raises:
        GankitError: There is no such metric.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    return {name: pick(parts, "metrics", name) for name in wanted or sorted(parts)}


def score_run(
    path,
    metrics,
    features,
    count,
    seed,
    held_out=None,
    backend=None,
    cpu=False,
    plugins=(),
    checkpoint="last",
) -> "Scores":
    """Score one of a run's checkpoints against the data that it was trained on.

    The scores are added to `scores.jsonl` in the run's folder, and to TensorBoard.

    Raises:
        GankitError: It is no run, or has no such checkpoint, or what made it is no longer there.
    """
    from gankit.backend import choose_backend
    from gankit.run.folder import RunFolder

    run = RunFolder.open(path)
    backend = choose_backend(backend or run.read_facts()["backend"], cpu)
    from gankit.scoring import of_run

    given = (metrics, features, count, seed, _pictures(held_out), backend, plugins, checkpoint)
    return of_run.score(run, *given)


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
    yield ""
    yield from made_lines(scores.provenance)


def made_lines(made: "Provenance") -> Iterator[Line]:
    """Yield how scores were made."""
    yield f"  features   {made.features} (weights: {made.weights}; resized: {made.resizer})"
    yield f"  real       {made.real_count:,} of {made.real}, digest {made.real_digest}"
    averaged = {True: ", averaged weights", False: ", its own weights"}.get(made.averaged, "")
    yield f"  generated  {made.generated_count:,} of {made.generated}{averaged}"
    yield f"  made with  seed {made.seed}, {made.backend}, gankit {made.gankit}"


def standing_lines(run: "RunFolder") -> Iterator[Line]:
    """Yield what a run's last and best checkpoints scored while it trained, and how; or nothing."""
    from gankit.scoring.lines import standing

    found = standing(run)
    if found is None:
        return
    last, best = found.last, found.best or {}
    yield from aligned(list(_compared(last, best)), ("bold", "green", "green", "dim"))
    made = list(made_lines(_provenance(last)))
    yield from ("", *made)
    if best:
        yield from (each for each in made_lines(_provenance(best)) if each not in made)


def _compared(last: "ScoreLine", best: "ScoreLine") -> Iterator[tuple[str, ...]]:
    from gankit.run.display import shown_score

    told = f"best, epoch {best['epoch']}" if best else ""
    yield ("scores", f"last, epoch {last['epoch']}", told, "better")
    for name, value in last["scores"].items():
        way = last["better"].get(name, "")
        chooses = ", and chooses the best" if best and name == last["best_by"] else ""
        other = shown_score(best["scores"].get(name)) if best else ""
        yield (name, shown_score(value), other, way + chooses)


def _while_training(places) -> Iterator[Line]:
    """Yield what a run scored while it trained; nothing for folders of pictures."""
    from gankit.run.folder import RunFolder

    found = list(standing_lines(RunFolder.open(places[0]))) if len(places) == 1 else []
    yield from ("", "while it trained:", *found) if found else ()


def _provenance(line: "ScoreLine") -> "Provenance":
    from gankit.scoring.evaluate import Provenance

    return Provenance(**{each.name: line[each.name] for each in fields(Provenance)})


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
