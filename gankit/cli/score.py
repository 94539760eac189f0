"""gankit score: how good, varied and new the samples are, with provenance."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from gankit.cli import completion
from gankit.cli.app import command
from gankit.cli.console import Line, aligned, show_lines, show_next
from gankit.cli.options import (
    AsJson,
    CheckpointName,
    Cpu,
    Images,
    PluginFiles,
    RunBackend,
    Verbose,
    flag,
    number,
    text,
)
from gankit.discovery.part import Part
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.files import found_run
from gankit.messages import typed

if TYPE_CHECKING:
    from gankit.run.folder import RunFolder
    from gankit.run.score_file import Line as ScoreLine
    from gankit.scoring.evaluate import Provenance, Scores


@command(
    "score runs/quickstart-1 --checkpoint best --features classifier",
    "score real-images generated-images --json",
    "score runs/one runs/two --ensemble --weights 2,1",
)
def score(
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RUN | REAL GENERATED",
            help="A run, several with --ensemble, or two folders of images.",
            autocompletion=completion.runs,
        ),
    ] = None,
    metrics: Annotated[
        str,
        text("NAMES", "Metrics, separated by commas; all by default.", complete=completion.metrics),
    ] = "",
    features: Annotated[
        str | None,
        text("NAME", "The features; by default the run's.", complete=completion.features),
    ] = None,
    weights: Annotated[
        str | None,
        text(
            "FILE | W,W,...",
            "The weights of the features' network; or, with --ensemble, how often each run is "
            "chosen, equally by default.",
        ),
    ] = None,
    download: Annotated[bool, flag("--download", "Allow the download of such weights.")] = False,
    count: Annotated[
        int, number("The number of samples, and the limit of real examples.", 2)
    ] = 10_000,
    seed: Annotated[int, number("The seed of the noise and of the real examples.", 0)] = 0,
    held_out: Images = None,
    checkpoint: CheckpointName = "last",
    ensemble: Annotated[
        bool, flag("--ensemble", "Score a mixture of the samples of all runs.")
    ] = False,
    self_test: Annotated[bool, flag("--self-test", "Only test metrics on known answers.")] = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    cpu: Cpu = False,
) -> None:
    """Score a run's samples, or a folder of images, against real ones."""
    import gankit.api.score as api

    if self_test:
        if as_json:
            raise typer.BadParameter("--self-test has no --json")
        show_lines(self_test_lines(api.chosen_metrics(load_plugins(plugin or ()), metrics)))
        return
    if not places or (len(places) > 2 and not ensemble):
        raise typer.BadParameter(
            "name one run, or two folders of images; several runs need --ensemble"
        )
    runs = [found_run(place) for place in places] if ensemble or len(places) == 1 else []
    places = runs or places
    scores = api.score(
        *places,
        metrics=metrics,
        features=features,
        weights=weights,
        download=download,
        count=count,
        seed=seed,
        held_out=held_out,
        checkpoint=checkpoint,
        ensemble=ensemble,
        plugin=plugin or (),
        backend=backend,
        cpu=cpu,
    )
    if as_json:
        print(json.dumps(scores.as_dict(), ensure_ascii=False))
    else:
        show_lines(() if ensemble else _while_training(places, verbose))
        show_lines(score_lines(scores, verbose))
        report = f"gankit report {typed(places[0])} --open"
        show_next(report if runs else "gankit score --self-test")


def score_lines(scores: "Scores", verbose: bool = False) -> Iterator[Line]:
    """Yield the scores, after their provenance in brief or in full."""
    made = scores.provenance
    if verbose:
        yield from provenance_lines(made)
    else:
        yield Text(f"{made.generated_count:,} samples from {made.generated}")
        about = f"compared with {made.real_count:,} of {made.real}, by {made.features}"
        yield Text(f"{about} (more: -v)", "dim")
    yield from (Text(line, "dim") for line in _left_out_lines(scores.left_out))
    yield ""
    table = [(scores.titles[name], f"{value:.4g}") for name, value in scores.values.items()]
    yield from aligned(table, ("bold", "green"))


def _left_out_lines(left_out: Mapping[str, str]) -> Iterator[str]:
    """Yield the metrics that were not computed, grouped by what they need."""
    reasons = " ".join(left_out.values())
    labelled = "class_names" not in reasons and "class_fractions" not in reasons
    groups: dict[str, list[str]] = {}
    for name, why in left_out.items():
        groups.setdefault(_need(why, labelled), []).append(name)
    for need, names in groups.items():
        yield f"without {need}: no {', '.join(names)}"


def _need(why: str, labelled: bool) -> str:
    if "held_out" in why:
        return "--held-out FOLDER"
    if "probabilities" in why:
        return "--features classifier" if labelled else "classes in the data"
    return why.removeprefix("needs ")


def provenance_lines(made: "Provenance") -> Iterator[Line]:
    """Yield how scores were made."""
    yield f"  features   {made.features} (weights: {made.weights}; resized: {made.resizer})"
    if made.accuracy is not None:
        yield f"             {made.accuracy:.2%} of held-out examples classified correctly"
    yield f"  real       {made.real_count:,} of {made.real}"
    yield f"             split: {made.split}; digest {made.real_digest}; held out: {made.held_out}"
    averaged = {True: ", averaged weights", False: ", its own weights", None: ""}[made.averaged]
    yield f"  generated  {made.generated_count:,} of {made.generated}{averaged}"
    yield f"  made with  seed {made.seed}, {made.backend}, gankit {made.gankit}"


def standing_lines(run: "RunFolder", verbose: bool = False) -> Iterator[Line]:
    """Yield the scores of a run's last and best checkpoints during training, if it has any."""
    from gankit.run.scores import standing

    found = standing(run)
    if found is None:
        return
    last, best = found.last, found.best or {}
    if verbose:
        made = list(provenance_lines(_provenance(last)))
        yield from made
        if best:
            yield from (line for line in provenance_lines(_provenance(best)) if line not in made)
        yield ""
    yield from aligned(list(_compared(last, best)), ("bold", "green", "green", "dim"))


def _compared(last: "ScoreLine", best: "ScoreLine") -> Iterator[tuple[str, ...]]:
    from gankit.run.epoch_table import score_text

    head = f"best, epoch {best['epoch']}" if best else ""
    yield ("scores", f"last, epoch {last['epoch']}", head, "better")
    for name, value in last["scores"].items():
        way = last["better"].get(name, "")
        chooses = ", chooses best" if best and name == last["best_by"] else ""
        other = score_text(best["scores"].get(name)) if best else ""
        yield (last["titles"].get(name, name), score_text(value), other, way + chooses)


def _while_training(places: Sequence[Path], verbose: bool) -> Iterator[Line]:
    """Yield the scores of a run during training; nothing for folders of images."""
    from gankit.run.folder import RunFolder
    from gankit.run.scores import standing

    if len(places) == 1:
        run = RunFolder.open(places[0])
        if found := standing(run):
            count = found.last["generated_count"]
            yield Text(f"while it trained, of {count:,} samples", "cyan")
            yield from (*standing_lines(run, verbose), "", Text("now", "cyan"))


def _provenance(line: "ScoreLine") -> "Provenance":
    from gankit.scoring.evaluate import Provenance

    return Provenance(**{each.name: line[each.name] for each in fields(Provenance)})


def self_test_lines(metrics: Mapping[str, Part]) -> Iterator[Line]:
    """Yield the known answers beside the measured ones."""
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
