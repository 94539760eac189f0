"""gankit check: all problems of a recipe, or what it will train."""

import math
import shlex
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from rich.text import Text

from gankit.cli.app import command
from gankit.cli.console import Line, aligned, show_lines
from gankit.cli.options import (
    Added,
    Backend,
    Channels,
    Cpu,
    Data,
    Devices,
    Overrides,
    PluginFiles,
    RecipePath,
    Size,
    data_overrides,
    device_overrides,
    flag,
)
from gankit.discovery.faults import blaming
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.messages import counted, listed, tally
from gankit.terminal import warning

if TYPE_CHECKING:
    from gankit.recipe.recipe import Recipe
    from gankit.run.experiment import Experiment

TRIED = 64  # samples that metrics are tried on
AllData = Annotated[
    bool,
    flag("--all-data", "Read all of the data, not only a batch of images."),
]
MOST = 12  # classes that are named
MANY = 35  # layers of all stages: TensorFlow compiles more for up to a minute and a half
ENOUGH = 8  # examples of a batch, on a CPU


@command(
    "check quickstart --data my_images --size 64",
    """check quickstart --backend jax --set 'loss.name="least-squares"'""",
)
def check(
    path: RecipePath,
    overrides: Overrides = None,
    data: Data = None,
    size: Size = None,
    channels: Channels = None,
    added: Added = None,
    plugin: PluginFiles = None,
    devices: Devices = None,
    backend: Backend = None,
    cpu: Cpu = False,
    all_data: AllData = False,
) -> None:
    """Report all problems of a recipe. If there are none, build it and train on one batch."""
    from gankit.backend import choose_backend

    choose_backend(backend, cpu)
    from gankit import engine
    from gankit.recipe.recipe import read_recipe

    changes = data_overrides(size, channels) + (overrides or []) + device_overrides(devices)
    recipe = read_recipe(path, load_plugins(plugin or ()), changes, data, added or ())
    with blaming(recipe.parts()), engine.compiling_quickly():
        show_lines(check_recipe(recipe, plugin or (), all_data))
    command = ["gankit", "run", str(path)]
    given = {"--data": data, "--size": size, "--channels": channels, "--devices": devices}
    command += [word for key, value in given.items() if value for word in (key, str(value))]
    command += [word for each in overrides or () for word in ("--set", each)]
    command += [word for name in added or () for word in ("--with", name)]
    command += [word for file in plugin or () for word in ("--plugin", str(file))]
    command += (["--backend", backend] if backend else []) + ["--cpu"] * cpu
    show_lines([Text(f"{path} is valid", "bold green"), f"→ {shlex.join(command)}"])


def check_recipe(
    recipe: "Recipe", plugins: Sequence[Path] = (), all_data: bool = False
) -> Iterator[Line]:
    """Build each stage, play a batch of it, and yield the lines that describe it.

    Unless `all_data`, only the images that are looked at are decoded.
    """
    from gankit.data.lazy_images import lazy_images
    from gankit.run.experiment import assemble
    from gankit.run.start import start_of

    experiment, stages, start = None, recipe.stages(), start_of(recipe, plugins)
    for number, stage in enumerate(stages, 1):
        with lazy_images(not all_data):
            experiment = assemble(stage, experiment, start.gan if start else None)
        if len(stages) > 1:
            yield Text(f"stage {number} of {len(stages)}", "cyan")
        yield from _data_lines(experiment)
        yield from _device_lines(experiment)
        yield from _network_lines(experiment)
        yield from _memory_lines(experiment)
        yield from _batch_lines(experiment, len(stages))
        yield from _score_lines(experiment)
        yield from _incompatibility_lines(experiment)
        yield ""


def _data_lines(experiment: "Experiment") -> Iterator[Line]:
    dataset = experiment.dataset
    shapes = listed(f"{name} {shape}" for name, shape in dataset.spec.shapes.items())
    counts = f"{counted(len(dataset), 'example')}, {len(dataset.classes)} classes"
    yield _fact("dataset", f"{counts}: {shapes}")
    if dataset.classes:
        yield _fact("classes", class_words(dataset.counts()))
    yield ""


def class_words(counts: Mapping[str, int]) -> str:
    """Return the classes with the numbers of their examples: `cat: 20, dog: 20`."""
    words = [f"{name}: {count:,}" for name, count in counts.items()]
    return listed([*words[:MOST], *([f"… {len(words) - MOST:,} more"] if words[MOST:] else [])])


def _device_lines(experiment: "Experiment") -> Iterator[Line]:
    """Yield the devices, if several share each batch."""
    from gankit import engine

    devices, size = engine.devices(), experiment.recipe.training.batch_size
    if len(devices) > 1:
        share = f"{size // len(devices)} of the {size} examples of a batch each"
        yield _fact("devices", f"{tally(devices)}: {share}")
        yield ""


def _network_lines(experiment: "Experiment") -> Iterator[Line]:
    rows = [("network", "   trainable", "not trainable")]
    for name, network in experiment.gan.networks.items():
        trainable = _parameters(network.trainable_weights)
        others = _parameters(network.non_trainable_weights)
        rows.append((name, f"{trainable:12,}", f"{others:13,}"))
    yield from aligned(rows, ("bold", "", ""))
    if experiment.carried:
        yield _fact("weights", experiment.carried)
    yield ""


def _memory_lines(experiment: "Experiment") -> Iterator[Line]:
    from gankit.run.memory import memory

    sizes = memory(experiment.gan, experiment.recipe.training.batch_size)
    total = _megabytes(sum(sizes.values()))
    yield _fact("memory", f"about {total}, without the backend's own:")
    yield _fact("", listed(f"{name} {_megabytes(size)}" for name, size in sizes.items()))
    yield ""


def _batch_lines(experiment: "Experiment", stages: int) -> Iterator[Line]:
    from gankit import engine
    from gankit.run.memory import enough_memory

    gan, whole = experiment.gan, experiment.recipe.training.batch_size
    gan.repeats = dict.fromkeys(gan.repeats, 1)  # further turns are like the first
    layers = sum(len(network.layers) for network in gan.networks.values())
    gan.run_eagerly = layers * stages > MANY and engine.compiles_slowly()
    batches = experiment.batches()
    if engine.devices() == ["CPU"]:
        batches.size = part_of(whole)
    start = time.perf_counter()
    with enough_memory(whole):
        history = gan.fit(batches, steps_per_epoch=1, verbose=0, shuffle=False)
    seconds = time.perf_counter() - start
    losses = {name: v[-1] for name, v in history.history.items() if name.endswith("_loss")}
    values = listed(f"{name} {loss:.3f}" for name, loss in losses.items())
    if not all(map(math.isfinite, losses.values())):
        raise GankitError(
            f"{experiment.recipe.source}: a loss is not finite on the first batch: {values}",
            "try a lower learning_rate, or another loss: gankit list losses",
        )
    compiled = engine.compiles() and not gan.run_eagerly
    how = "compilation" if compiled else "eager execution"
    yield _fact("one batch", f"{values}; {seconds:.1f} s with {how}")
    if batches.size < whole:
        yield _fact("", f"only the first {batches.size} of its {whole} examples")


def part_of(size: int) -> int:
    """Return the size of a batch, halved while it is more than enough and a multiple of 8."""
    while size > ENOUGH and size % 8 == 0:  # parts group examples by twos, threes and fours
        size //= 2
    return size


def _score_lines(experiment: "Experiment") -> Iterator[Line]:
    """Try the metrics on a few samples, and yield the scores of a run and when they are made."""
    recipe = experiment.recipe
    if not recipe.metrics:
        return
    from gankit.scoring.scorer import Scorer

    scorer = Scorer.of_recipe(recipe, experiment.dataset, experiment.gan, TRIED)
    found = scorer(experiment.gan, "a trial")
    every, count = recipe.scoring.every, recipe.scoring.count
    often = "each epoch" if every == 1 else f"every {every} epochs"
    yield _fact("scores", f"{often}, of {count:,} samples by {scorer.features.name}:")
    best = f"; best by {scorer.best_by}" if scorer.best_by else ""
    yield _fact("", f"{listed(found.values)}{best}")
    for name, why in found.left_out.items():
        yield from _warning(f"the metric {name} is left out: {why}", "remove it from the recipe")


def _incompatibility_lines(experiment: "Experiment") -> Iterator[Line]:
    from gankit.game.compatibility import incompatibilities

    for incompatibility in incompatibilities(experiment.gan, experiment.dataset):
        yield from _warning(incompatibility.reason, incompatibility.remedy)


def _warning(reason: str, remedy: str) -> Iterator[Line]:
    yield from ("", warning(reason), f"→ {remedy}")


def _fact(title: str, text: str, style: str = "bold") -> Text:
    return Text.assemble("  ", (f"{title:<11}", style), text)


def _parameters(variables: Iterable[Any]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
