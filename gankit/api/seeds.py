"""Training of one recipe with several seeds: from the start, or to the end."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gankit.api.runs import summary
from gankit.api.train import begin, go_on
from gankit.backend import announce, choose_backend
from gankit.errors import Interrupted

if TYPE_CHECKING:
    from rich.console import Console

    from gankit.sweep.seeds import SeedsFolder


def begin_seeds(
    table: Mapping[str, Any],
    source: Path,
    count: int,
    console: "Console",
    out: Path | None = None,
    backend: str | None = None,
    cpu: bool = False,
    plugins: Sequence[Path] = (),
) -> "SeedsFolder":
    """Check a recipe, given as a table, and return the folder for its runs.

    Args:
        table: The recipe, with the first seed.
        source: Where it is from.
        count: The number of seeds.
        console: Where to show what is used.
        out: The folder; `runs/RECIPE-seeds-1`, `-2`, … by default.
        backend: tensorflow, jax or torch; Keras' own choice by default.
        cpu: Do not use GPUs.
        plugins: Plugin files to load.

    Raises:
        GankitError: The recipe has problems, or the folder cannot be made.
    """
    used = choose_backend(backend, cpu)
    from gankit.discovery.plugins import load_plugins
    from gankit.recipe.recipe import check_recipe
    from gankit.run.devices import use_devices_for_several_runs
    from gankit.run.folder import RunFolder
    from gankit.sweep.seeds import Facts, SeedsFolder

    recipe = check_recipe(table, load_plugins(plugins), str(source))
    use_devices_for_several_runs(recipe.training)
    announce(console.print, cpu)
    seeds = list(range(recipe.seed, recipe.seed + count))
    files = [str(path) for path in plugins]
    facts = Facts.model_validate({"seeds": seeds, "backend": used, "plugins": files})
    folder = SeedsFolder(RunFolder.create(f"{source.stem}-seeds", out).path)
    folder.describe(table, facts)
    return folder


def play_seeds(
    folder: "SeedsFolder",
    console: "Console",
    count: int | None = None,
    backend: str | None = None,
    cpu: bool = False,
    plugins: Sequence[Path] = (),
    allow_new_data: bool = False,
    overrides: Sequence[str] = (),
) -> "SeedsFolder":
    """Train what is left of the runs of a folder, and return the folder.

    Args:
        folder: The folder.
        console: Where to show the progress.
        count: More seeds than before, if it is greater.
        backend: tensorflow, jax or torch; that of the folder by default.
        cpu: Do not use GPUs.
        plugins: Plugin files to load.
        allow_new_data: Whether a run may go on with data that has changed.
        overrides: A change of the devices.

    Raises:
        Interrupted: The user stopped it; the run is saved.
        GankitError: A run failed.
    """
    from gankit.recipe import toml
    from gankit.recipe.overrides import override, read_override
    from gankit.sweep.folder import check_plugins

    facts = folder.facts()
    check_plugins(folder.path, facts.plugins, plugins)
    more = range(facts.seeds[-1] + 1, facts.seeds[0] + (count or 0))
    if more:
        folder.note(facts.model_copy(update={"seeds": [*facts.seeds, *more]}))
    table, made = toml.read(folder.recipe), folder.runs()
    for text in overrides:
        table = override(table, read_override(text), f"--set {text}")
    how = backend or facts.backend, cpu, plugins
    for number, (seed, run) in enumerate(made.items(), 1):
        if run.exists and summary(run.path).state == "finished":
            continue
        console.print(f"\nseed {seed}, {number} of {len(made)}", style="bold")
        try:
            if run.exists:
                go_on(run.path, console, *how, allow_new_data, overrides=overrides)
            else:
                changed = override(table, {"seed": seed}, "--seeds")
                begin(changed, folder.recipe, console, run.path, *how)
        except Interrupted as stopped:
            raise Interrupted(folder.path, stopped.steps) from None
        _forget_names()
    return folder


def _forget_names() -> None:
    """Let the variables of the next run have the names of a fresh process."""
    import keras

    keras.utils.clear_session()
