"""Training: a recipe from its start, or a run to its end."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gankit.backend import announce, choose_backend
from gankit.errors import GankitError, Interrupted
from gankit.files import NotWritten
from gankit.messages import plugin_words, typed

if TYPE_CHECKING:
    from rich.console import Console

    from gankit.api.run import Run
    from gankit.recipe.recipe import Recipe
    from gankit.run.folder import RunFolder

Table = Mapping[str, Any]
Tables = Sequence[Mapping[str, Any]]


def train(
    recipe: Path | str,
    *,
    seed: int | None = None,
    dataset: Table | None = None,
    architecture: Table | None = None,
    loss: Table | None = None,
    stabilizers: Tables | None = None,
    players: Table | None = None,
    training: Table | None = None,
    metrics: Tables | None = None,
    scoring: Table | None = None,
    monitors: Tables | None = None,
    sentinel: Table | None = None,
    stages: Tables | None = None,
    start: Table | None = None,
    data: Path | str | None = None,
    out: Path | str | None = None,
    plugins: Iterable[Path | str] = (),
    backend: str | None = None,
    cpu: bool = False,
) -> "Run":
    """Train a recipe, and show the progress. An interrupted run is saved, and can be resumed.

    The sections change the recipe: `training={"epochs": 2}` changes one option, a table with
    another `name` replaces the part, and a list replaces the list.

    Args:
        recipe: A TOML file, or the name of a recipe that comes with gankit.
        seed: The seed of all randomness.
        dataset: Options of `[dataset]`.
        architecture: Options of `[architecture]`.
        loss: Options of `[loss]`.
        stabilizers: All `[[stabilizers]]`.
        players: Options of `[players]`, by player.
        training: Options of `[training]`.
        metrics: All `[[metrics]]`.
        scoring: Options of `[scoring]`.
        monitors: All `[[monitors]]`.
        sentinel: Options of `[sentinel]`.
        stages: All `[[stages]]`.
        start: Options of `[start]`: the run whose weights the networks begin with.
        data: A folder of images or a `.npz` file to train on instead of the recipe's dataset.
        out: The run's folder; `runs/RECIPE-1`, `-2`, … by default.
        plugins: Plugin files to load.
        backend: tensorflow, jax or torch; Keras' own choice by default.
        cpu: Do not use GPUs.

    Returns:
        The run.

    Raises:
        GankitError: The recipe has problems, its parts do not fit each other, or the training
            failed.
    """
    sections = {
        "seed": seed,
        "dataset": dataset,
        "architecture": architecture,
        "loss": loss,
        "stabilizers": stabilizers,
        "players": players,
        "training": training,
        "metrics": metrics,
        "scoring": scoring,
        "monitors": monitors,
        "sentinel": sentinel,
        "stages": stages,
        "start": start,
    }
    from gankit.api.run import Run
    from gankit.recipe.overrides import override, read_table
    from gankit.run.notebook import console

    changes = {name: value for name, value in sections.items() if value is not None}
    table = override(read_table(recipe, (), data), changes, "gankit.train")
    files, shown = [Path(file).resolve() for file in plugins], console()
    made = Path(out) if out is not None else None
    try:
        folder = begin(table, Path(recipe), shown, made, backend, cpu, files)
    except Interrupted as stopped:
        if stopped.run is None:
            raise KeyboardInterrupt from None
        shown.print(f"{stopped}. The run's resume() continues from there.")
        return Run(stopped.run, files)
    return Run(folder.path, files)


def begin(
    table: Mapping[str, Any],
    source: Path,
    console: "Console",
    out: Path | None = None,
    backend: str | None = None,
    cpu: bool = False,
    plugins: Sequence[Path] = (),
) -> "RunFolder":
    """Train a recipe, given as a table, from the start, and return the run's folder."""
    choose_backend(backend, cpu, meet=True)
    from gankit.discovery.plugins import load_plugins
    from gankit.recipe.recipe import check_recipe
    from gankit.run.devices import use_devices
    from gankit.run.folder import RunFolder
    from gankit.run.lock import Held

    recipe = check_recipe(table, load_plugins(plugins), str(source))
    use_devices(recipe.training)
    announce(console.print, cpu)
    run = RunFolder.create(_name(source), out)
    try:
        _train(recipe, run, console, plugins)
    except Held:
        raise  # the folder belongs to another process
    except Interrupted as stopped:
        removed = run.remove_if_nothing_was_played()
        raise Interrupted(None if removed else run.path, stopped.steps) from None
    except GankitError:
        run.remove_if_nothing_was_played()
        raise
    return run


def follow(backend: str, cpu: bool = False, plugins: Sequence[Path] = ()) -> None:
    """Follow the first of the processes that a launcher has started, to its end."""
    choose_backend(backend, cpu, meet=True)
    from gankit.run import team

    team.follow(plugins)


def go_on(
    path: Path,
    console: "Console",
    backend: str | None = None,
    cpu: bool = False,
    plugins: Sequence[Path] = (),
    allow_new_data: bool = False,
    checkpoint: str | None = None,
    added: Sequence[str] = (),
    overrides: Sequence[str] = (),
) -> "RunFolder":
    """Train a run to its end from its latest checkpoint, or another one; return its folder.

    `overrides` may change its number of epochs and its devices.
    """
    from gankit.run.folder import RunFolder
    from gankit.run.lock import locked

    run = RunFolder.open(path)
    with locked(run.path):
        choose_backend(backend or run.read_facts()["backend"], cpu, meet=True)
        from gankit.run.devices import use_devices

        recipe = _resumed(run, console, plugins, checkpoint, added, overrides)
        use_devices(recipe.training)
        announce(console.print, cpu)
        _train(recipe, run, console, plugins, allow_new_data)
    return run


def _resumed(
    run: "RunFolder",
    console: "Console",
    plugins: Sequence[Path],
    checkpoint: str | None,
    added: Sequence[str],
    overrides: Sequence[str],
) -> "Recipe":
    """Return the recipe of a run that goes on, which goes back or trains longer if asked to."""
    from gankit.discovery.plugins import load_plugins
    from gankit.run import rollback
    from gankit.run.going_back import go_back
    from gankit.run.lengthening import lengthen
    from gankit.run.load import load_recipe

    rollback.complete(run)
    run.check_recipe()
    if checkpoint:
        go_back(run, load_recipe(run, plugins), load_plugins(plugins), checkpoint, added)
    if overrides:
        for warning in lengthen(run, plugins, overrides):
            console.print(f"warning: {warning}", highlight=False, soft_wrap=True)
    return load_recipe(run, plugins)


def _train(
    recipe: "Recipe",
    run: "RunFolder",
    console: "Console",
    plugins: Sequence[Path],
    allow_new_data: bool = False,
) -> None:
    from gankit.run.train import train

    try:
        train(recipe, run, console, {"plugins": [str(path) for path in plugins]}, allow_new_data)
    except NotWritten as error:
        if not run.played:
            raise
        words = f"gankit run --resume {typed(run.path)} {plugin_words(plugins)}".rstrip()
        raise NotWritten(error.message, f"{error.hint}; then: {words}") from error


def _name(recipe: Path) -> str:
    """Return the name of a run: that of its recipe, or of the run that it repeats."""
    if recipe.name == "recipe.toml":
        return recipe.resolve().parent.name.rstrip("-0123456789")
    return recipe.stem
