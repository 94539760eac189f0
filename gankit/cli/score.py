"""gankit score: how good, varied and new the samples are, and how that was measured."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

import gankit.api.score as verb
from gankit.cli import completion
from gankit.cli.console import aligned, show_lines, show_next
from gankit.cli.options import AsJson, CheckpointName, Cpu, PluginFiles, RunBackend
from gankit.discovery.part import Part
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError

if TYPE_CHECKING:
    from gankit.run.folder import RunFolder
    from gankit.run.scores import Line as ScoreLine
    from gankit.scoring.evaluate import Provenance, Scores

EXAMPLES = """
Examples:

  gankit score runs/quickstart-1 --checkpoint best --features classifier

  gankit score real-pictures generated-pictures --json
"""

_WAYS = {"held_out": "--held-out FOLDER", "probabilities": "--features classifier"}
Line = Text | str


def score(
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RUN | REAL GENERATED",
            help="A run; or two folders of images.",
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
        str | None,
        typer.Option(
            metavar="NAME",
            help="What to compare examples by; the run's if left out.",
            autocompletion=completion.features,
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The weights of the features' network."),
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", metavar="", help="Let such weights be downloaded.")
    ] = False,
    count: Annotated[
        int, typer.Option(metavar="N", min=2, help="Of samples, and at most of reals.")
    ] = 10_000,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="Of the noise and of the reals' choice.")
    ] = 0,
    held_out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A folder of real images not trained on."),
    ] = None,
    checkpoint: CheckpointName = "last",
    self_test: Annotated[
        bool,
        typer.Option("--self-test", metavar="", help="Try the metrics on known answers instead."),
    ] = False,
    as_json: AsJson = False,
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    cpu: Cpu = False,
) -> None:
    """Score a run's samples, or a folder of images, against real ones."""
    if self_test:
        if as_json:
            raise typer.BadParameter("--self-test has no --json")
        found = verb.chosen_metrics(load_plugins(plugin or ()), metrics)
        show_lines(self_test_lines(found))
        return
    if len(places or ()) not in (1, 2):
        raise typer.BadParameter("name one run, or two folders of images")
    scores = verb.score(
        *places,
        metrics=metrics,
        features=features,
        weights=weights,
        download=download,
        count=count,
        seed=seed,
        held_out=held_out,
        checkpoint=checkpoint,
        plugin=plugin or (),
        backend=backend,
        cpu=cpu,
    )
    if as_json:
        print(json.dumps(scores.as_dict(), ensure_ascii=False))
    else:
        show_lines(score_lines(scores))
        show_lines(_while_training(places))
        show_next(f"gankit report {places[0]}" if len(places) == 1 else "gankit score --self-test")


def score_lines(scores: "Scores") -> Iterator[Line]:
    """Yield the scores, and how they were made."""
    table = [(scores.titles[name], f"{value:.4g}") for name, value in scores.values.items()]
    yield from aligned(table, ("bold", "green"))
    for name, why in scores.left_out.items():
        told = [way for asked, way in _WAYS.items() if asked in why]
        yield Text(f"  {name}: left out, {why}{' → ' * bool(told)}{' '.join(told)}", "yellow")
    yield ""
    yield from made_lines(scores.provenance)


def made_lines(made: "Provenance") -> Iterator[Line]:
    """Yield how scores were made."""
    yield f"  features   {made.features} (weights: {made.weights}; resized: {made.resizer})"
    if made.accuracy is not None:
        yield f"             {made.accuracy:.2%} of held-out examples classified rightly"
    yield f"  real       {made.real_count:,} of {made.real}"
    yield f"             split: {made.split}; digest {made.real_digest}; held out: {made.held_out}"
    averaged = {True: ", averaged weights", False: ", its own weights"}.get(made.averaged, "")
    yield f"  generated  {made.generated_count:,} of {made.generated}{averaged}"
    yield f"  made with  seed {made.seed}, {made.backend}, gankit {made.gankit}"


def standing_lines(run: "RunFolder") -> Iterator[Line]:
    """Yield what a run's last and best checkpoints scored while it trained, and how; or nothing."""
    from gankit.run.scores import standing

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
        chooses = ", chooses best" if best and name == last["best_by"] else ""
        other = shown_score(best["scores"].get(name)) if best else ""
        yield (last["titles"][name], shown_score(value), other, way + chooses)


def _while_training(places) -> Iterator[Line]:
    """Yield what a run scored while it trained; nothing for folders of images."""
    from gankit.run.folder import RunFolder

    found = list(standing_lines(RunFolder.open(places[0]))) if len(places) == 1 else []
    yield from ("", "while it trained:", *found) if found else ()


def _provenance(line: "ScoreLine") -> "Provenance":
    from gankit.scoring.evaluate import Provenance

    return Provenance(**{each.name: line[each.name] for each in fields(Provenance)})


def self_test_lines(metrics: Mapping[str, Part]) -> Iterator[Line]:
    """Yield the known answers beside the measured ones.

    Raises:
        GankitError: An answer is wrong.
    """
    from gankit.scoring.self_test import known_answers, self_test

    checks = list(self_test(metrics))
    rows = [("score", "of samples", "known", "measured", "")]
    for check in checks:
        known = check.known.samples, check.known.words
        rows.append((check.score, *known, f"{check.measured:.4g}", "" if check.right else "WRONG"))
    yield from aligned(rows, ("bold", "", "", "green", "bold red"))
    for name in (name for name, part in metrics.items() if not known_answers(part)):
        yield Text(f"  {name}: no known answers → @gankit.known_answer", "yellow")
    wrong = [check.score for check in checks if not check.right]
    if wrong:
        raise GankitError(f"wrong answers: {', '.join(wrong)}")
    yield Text(f"all {len(checks)} answers are right", "bold green")
