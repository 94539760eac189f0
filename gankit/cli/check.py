"""`gankit check`: everything that is wrong with a recipe, or what it will train."""

import math
import shlex
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from gankit.cli.console import aligned, show_lines
from gankit.cli.options import Backend, Cpu, Overrides, PluginFiles, RecipePath
from gankit.discovery.faults import blaming
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.messages import listed, plugin_words

if TYPE_CHECKING:
    from gankit.recipe.recipe import Recipe
    from gankit.run.experiment import Experiment

EXAMPLES = """
Examples:

  gankit check dcgan_lego.toml

  gankit check dcgan_lego.toml --backend jax --set 'loss.name="least-squares"'
"""

Line = Text | str
FEW = 64  # samples on which metrics are tried


def check(
    path: RecipePath,
    overrides: Overrides = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Name all problems of a recipe; where there are none, build it and play one batch."""
    from gankit.backend import choose_backend

    choose_backend(backend, cpu)
    from gankit.recipe.recipe import read_recipe

    recipe = read_recipe(path, load_plugins(plugin or ()), overrides or ())
    with blaming(recipe.parts()):
        show_lines(check_recipe(recipe))
    words = [word for each in overrides or () for word in ("--set", each)]
    run = shlex.join(["gankit", "run", str(path), *words])
    where = ["--backend", backend] * bool(backend) + ["--cpu"] * cpu
    said = " ".join(filter(None, (run, plugin_words(plugin or ()), shlex.join(where))))
    show_lines([Text(f"{path} is in order", "bold green"), f"→ {said}"])


def check_recipe(recipe: "Recipe") -> Iterator[Line]:
    """Build each stage and play a batch of it; yield what there is to say of it.

    Raises:
        GankitError: The data cannot be read, or the parts do not fit each other.
    """
    from gankit.run.experiment import assemble

    previous, stages = None, recipe.stages()
    for number, stage in enumerate(stages, 1):
        experiment = assemble(stage, previous)
        previous = experiment.gan
        if len(stages) > 1:
            yield Text(f"stage {number} of {len(stages)}", "cyan")
        yield from _data_lines(experiment)
        yield from _network_lines(experiment)
        yield from _memory_lines(experiment)
        yield from _batch_lines(experiment)
        yield from _score_lines(experiment)
        yield from _incompatibility_lines(experiment)
        yield ""


def _data_lines(experiment: "Experiment") -> Iterator[Line]:
    dataset = experiment.dataset
    shapes = listed(f"{name} {shape}" for name, shape in dataset.spec.shapes.items())
    counts = f"{len(dataset):,} examples, {len(dataset.classes)} classes"
    yield from (_fact("dataset", f"{counts}: {shapes}"), "")


def _network_lines(experiment: "Experiment") -> Iterator[Line]:
    rows = [("network", "trainable", "not trainable")]
    for name, network in experiment.gan.networks.items():
        groups = (network.trainable_weights, network.non_trainable_weights)
        rows.append((name, *(f"{_parameters(group):,}" for group in groups)))
    yield from (*aligned(_right_aligned(rows), ("bold", "", "")), "")


def _memory_lines(experiment: "Experiment") -> Iterator[Line]:
    from gankit.run.memory import memory

    sizes = memory(experiment.gan, experiment.recipe.training.batch_size)
    yield _fact("memory", f"about {_megabytes(sum(sizes.values()))}, without the backend's own:")
    named = listed(f"{name} {_megabytes(size)}" for name, size in sizes.items())
    yield from (_fact("", named), "")


def _batch_lines(experiment: "Experiment") -> Iterator[Line]:
    from gankit.run.memory import enough_memory

    start = time.perf_counter()
    with enough_memory(experiment.recipe.training.batch_size):
        history = experiment.gan.fit(
            experiment.batches(), steps_per_epoch=1, verbose=0, shuffle=False
        )
    seconds = time.perf_counter() - start
    losses = {name: v[-1] for name, v in history.history.items() if name.endswith("_loss")}
    said = listed(f"{name} {loss:.3f}" for name, loss in losses.items())
    if not all(map(math.isfinite, losses.values())):
        raise GankitError(
            f"{experiment.recipe.source}: the first batch has a loss that is not finite: {said}",
            "try a lower learning_rate, or another loss: gankit list losses",
        )
    yield _fact("one batch", f"{said}; played in {seconds:.1f} s, compiling included")


def _score_lines(experiment: "Experiment") -> Iterator[Line]:
    """Try the metrics on a few samples, and yield which scores there will be, and when."""
    if not experiment.recipe.metrics:
        return
    from gankit.scoring.scorer import Scorer

    settings, scorer = (
        experiment.recipe.scoring,
        Scorer.of_recipe(experiment.recipe, experiment.dataset, experiment.gan, FEW),
    )
    found = scorer(experiment.gan, "a trial")
    often = "each epoch" if settings.every == 1 else f"every {settings.every} epochs"
    yield _fact("scores", f"{often}, of {settings.count:,} samples by {scorer.features.name}:")
    chooses = f"; best by {scorer.best_by}" if scorer.best_by else ""
    yield _fact("", f"{listed(found.values)}{chooses}")
    for name, why in found.left_out.items():
        yield from _warning(f"the metric {name} is left out: {why}", "leave it out of the recipe")


def _incompatibility_lines(experiment: "Experiment") -> Iterator[Line]:
    from gankit.game.compatibility import incompatibilities

    for incompatibility in incompatibilities(experiment.gan, experiment.dataset):
        yield from _warning(incompatibility.reason, incompatibility.remedy)


def _warning(reason: str, remedy: str) -> Iterator[Line]:
    yield from ("", _fact("warning", reason, "bold yellow"), _fact("", f"→ {remedy}"))


def _fact(title: str, text: str, style: str = "bold") -> Text:
    return Text.assemble("  ", (f"{title:<11}", style), text)


def _parameters(variables: list) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def _right_aligned(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [(row[0], *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:]))) for row in rows]


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
