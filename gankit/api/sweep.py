"""A sweep: many trainings of a recipe with different options, from its start or to its end."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gankit.backend import announce, choose_backend

if TYPE_CHECKING:
    from rich.console import Console

    from gankit.sweep.folder import Sampler, SweepFolder
    from gankit.sweep.trials import Sweep

TRIALS = 20  # by default


def begin_sweep(
    table: Mapping[str, Any],
    source: Path,
    space: Path,
    console: "Console",
    trials: int | None = None,
    sampler: "Sampler" = "tpe",
    storage: str | None = None,
    out: Path | None = None,
    backend: str | None = None,
    cpu: bool = False,
    plugins: Sequence[Path] = (),
) -> "SweepFolder":
    """Check a sweep and return its folder, which exists already if it was begun before.

    Args:
        table: The recipe.
        source: Where it is from.
        space: The file of the space.
        console: Where to show what is used.
        trials: The number of trials; 20 by default, or what the sweep was asked for before.
        sampler: `tpe` or `random`.
        storage: The URL of Optuna's study; a journal in the folder by default.
        out: The folder; `runs/RECIPE-sweep-1`, `-2`, … by default.
        backend: tensorflow, jax or torch; Keras' own choice by default.
        cpu: Do not use GPUs.
        plugins: Plugin files to load.

    Raises:
        GankitError: Optuna is not installed, or the recipe or the space has problems.
    """
    from gankit.sweep.study import check_optuna, deciding_score, without_password

    check_optuna()
    used = choose_backend(backend, cpu)
    from gankit.discovery.plugins import load_plugins
    from gankit.files import read
    from gankit.recipe import toml
    from gankit.recipe.recipe import check_recipe
    from gankit.run.devices import use_devices_for_several_runs
    from gankit.sweep.folder import Facts, SweepFolder, digest
    from gankit.sweep.space import read_space

    catalogue, options = load_plugins(plugins), toml.read(space)
    recipe = check_recipe(table, catalogue, str(source))
    deciding_score(recipe)
    read_space(options, table, catalogue, str(space))
    use_devices_for_several_runs(recipe.training)
    announce(console.print, cpu)
    asked = {
        "recipe": source.stem,
        "folder": secrets.token_hex(8),
        "digest": digest(table, options, sampler),
        "trials": trials or TRIALS,
        "sampler": sampler,
        "backend": used,
        "storage": without_password(storage) if storage else None,
        "plugins": [str(path) for path in plugins],
    }
    facts = Facts.model_validate(asked)
    folder = SweepFolder.find_or_create(facts, table, read(space), out)
    ask_for(folder, trials)
    return folder


def ask_for(folder: "SweepFolder", trials: int | None) -> None:
    """Change the number of trials that a sweep is asked for."""
    facts = folder.facts()
    if trials and trials != facts.trials:
        folder.note(facts.model_copy(update={"trials": trials}))


def open_sweep(
    folder: "SweepFolder",
    console: "Console",
    storage: str | None = None,
    backend: str | None = None,
    cpu: bool = False,
    plugins: Sequence[Path] = (),
) -> "Sweep":
    """Return a sweep, ready to be played, or to be looked at.

    Args:
        folder: Its folder.
        console: Where to show the trials.
        storage: The URL of its study, if it has a password, which the folder does not keep.
        backend: tensorflow, jax or torch; that of the sweep by default.
        cpu: Do not use GPUs.
        plugins: Plugin files to load.

    Raises:
        GankitError: Optuna or a plugin is missing, or the storage cannot be opened.
    """
    from gankit.backend import choose_backend
    from gankit.sweep.folder import check_plugins
    from gankit.sweep.study import SCORE, check_optuna, deciding_score, find_study

    check_optuna()
    facts = folder.facts()
    check_plugins(folder.path, facts.plugins, plugins)
    used = choose_backend(backend or facts.backend, cpu)
    from gankit.discovery.plugins import load_plugins
    from gankit.recipe import toml
    from gankit.recipe.recipe import check_recipe
    from gankit.sweep.space import read_space
    from gankit.sweep.trials import Sweep

    table, catalogue = toml.read(folder.recipe), load_plugins(plugins)
    recipe = check_recipe(table, catalogue, str(folder.recipe))
    space = read_space(toml.read(folder.space), table, catalogue, str(folder.space))
    score, better = deciding_score(recipe)
    study = find_study(folder, facts, better, storage)
    study.set_user_attr(SCORE, score)
    return Sweep(
        folder=folder,
        facts=facts,
        base=table,
        seed=recipe.seed,
        space=space,
        score=score,
        better=better,
        stage=len(recipe.stages()) - 1,
        study=study,
        console=console,
        how=(used, cpu, plugins),
    )
