"""gankit score: how good, varied and new the samples are, and how that was measured."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

import gankit.verbs.score as verb
from gankit.cli.console import aligned, show_lines
from gankit.cli.options import AsJson, Backend, Cpu, PluginFiles
from gankit.errors import GankitError
from gankit.metric import DEFAULT_FEATURES
from gankit.part import Part
from gankit.plugins import load_plugins

if TYPE_CHECKING:
    from gankit.scoring.evaluate import Scores

EXAMPLES = """
Examples:

  gankit score runs/quickstart-1 --metrics frechet-distance,prdc

  gankit score runs/cgan_mnist-1 --features classifier

  gankit score real-pictures generated-pictures --json
"""

Line = Text | str


def score(
    places: Annotated[
        list[Path] | None,
        typer.Argument(metavar="RUN | REAL GENERATED", help="A run; or two folders of pictures."),
    ] = None,
    metrics: Annotated[str, typer.Option(help="Names, with commas; all if empty.")] = "",
    features: Annotated[str, typer.Option(help="What to compare examples by.")] = DEFAULT_FEATURES,
    weights: Annotated[
        Path | None, typer.Option(help="A file of the weights of the features' network.")
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Let such weights be downloaded.")
    ] = False,
    count: Annotated[int, typer.Option(min=2, help="Of samples, and at most of reals.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the noise and of the reals' choice.")] = 0,
    held_out: Annotated[
        Path | None, typer.Option(help="A folder of real pictures not trained on.")
    ] = None,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Try the metrics on known answers instead.")
    ] = False,
    as_json: AsJson = False,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Score a run's samples, or a folder of pictures, against real ones."""
    if self_test:
        found = verb.chosen_metrics(load_plugins(plugin or ()), metrics)
        show_lines(self_test_lines(found))
        return
    scores = verb.score(
        *(places or ()),
        metrics=metrics,
        features=features,
        weights=weights,
        download=download,
        count=count,
        seed=seed,
        held_out=held_out,
        plugin=plugin or (),
        backend=backend,
        cpu=cpu,
    )
    if as_json:
        print(json.dumps(scores.as_dict(), ensure_ascii=False))
    else:
        show_lines(score_lines(scores))


def score_lines(scores: "Scores") -> Iterator[Line]:
    """Yield the scores, and how they were made."""
    table = [(scores.titles[name], f"{value:.4g}") for name, value in scores.values.items()]
    yield from aligned(table, ("bold", "green"))
    for name, why in scores.left_out.items():
        yield Text(f"  {name}: left out, {why}", "yellow")
    made = scores.provenance
    yield ""
    yield f"  features   {made.features} (weights: {made.weights}; resized: {made.resizer})"
    if made.accuracy is not None:
        yield f"             {made.accuracy:.2%} of held-out examples classified rightly"
    yield f"  real       {made.real_count:,} of {made.real}"
    yield f"             split: {made.split}; digest {made.real_digest}; held out: {made.held_out}"
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
