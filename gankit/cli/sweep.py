"""gankit sweep: many trainings of a recipe, to find its best options."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gankit.cli import completion
from gankit.cli.app import command
from gankit.cli.console import Line, aligned, show_lines
from gankit.cli.options import (
    RECIPE,
    Backend,
    Cpu,
    Data,
    Overrides,
    PluginFiles,
    number,
    text,
)
from gankit.errors import GankitError, Interrupted
from gankit.messages import plugin_words, typed
from gankit.terminal import terminal

if TYPE_CHECKING:
    from gankit.sweep.trials import Sweep


@command(
    "sweep quickstart --space space.toml --trials 30",
    "sweep --resume runs/quickstart-sweep-1 --jobs 2",
)
def sweep(
    recipe: Annotated[
        Path | None,
        typer.Argument(metavar="RECIPE", help=RECIPE, autocompletion=completion.recipes),
    ] = None,
    space: Annotated[
        Path | None, text("FILE", "A TOML file: ranges and choices of options, by dotted keys.")
    ] = None,
    trials: Annotated[int | None, number("The total number of trials.", default="20")] = None,
    jobs: Annotated[int, number("Processes that play them.")] = 1,
    sampler: Annotated[Literal["tpe", "random"], text(None, "How options are chosen.")] = "tpe",
    storage: Annotated[
        str | None, text("URL", "Where Optuna keeps the study.", "a journal in the folder")
    ] = None,
    overrides: Overrides = None,
    data: Data = None,
    out: Annotated[
        Path | None, text("FOLDER", "The sweep's folder.", "runs/RECIPE-sweep-1, -2, …")
    ] = None,
    resume: Annotated[Path | None, text("FOLDER", "Resume this sweep.")] = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Train a recipe with different options, each trial as a run, and find the best."""
    from gankit.api.sweep import ask_for, begin_sweep, open_sweep
    from gankit.recipe.overrides import read_table
    from gankit.sweep.folder import SweepFolder

    console, plugins = terminal(), [path.resolve() for path in plugin or []]
    if resume:
        if recipe or space:
            raise typer.BadParameter("--resume does not go with RECIPE or --space")
        folder = SweepFolder.open(resume)
        ask_for(folder, trials)
    elif not recipe or not space:
        raise typer.BadParameter("name a recipe and a --space, or a sweep to --resume")
    else:
        table = read_table(recipe, overrides or (), data)
        request = trials, sampler, storage, out, backend, cpu, plugins
        folder = begin_sweep(table, recipe, space, console, *request)
    show_lines([f"sweep   {folder.path}", f"trials  {folder.facts().trials}", ""])
    how = storage, backend, cpu, plugins
    try:
        if jobs > 1:
            from gankit.sweep.jobs import play_in_processes

            play_in_processes(jobs, folder, *how)
        made = open_sweep(folder, console, *how)
        made.play()
    except (Interrupted, KeyboardInterrupt):
        words = f"gankit sweep --resume {typed(folder.path)} {plugin_words(plugins)}"
        show_lines(["stopped", f"→ {words}".rstrip()])
        raise typer.Exit(130) from None
    show_lines(_end(made))


def _end(made: "Sweep") -> Iterator[Line]:
    """Yield the best trials, and what to type next."""
    from gankit.sweep.trials import in_words

    files = made.write_best()
    if not files:
        raise GankitError(
            f"no trial of {made.folder.path} was played to its end",
            "change the space; or play more trials: --trials N",
        )
    rows = [("", made.score, "trial", "")]
    for path, trial in zip(files, made.best()):
        rows.append((path.name, f"{trial.value:.4g}", str(trial.number), in_words(trial.params)))
    yield ""
    yield from aligned(rows, ("bold", "", "dim", ""))
    yield ""
    yield f"→ gankit report {typed(made.folder.path)} --open"
    yield f"→ gankit run {typed(files[0])}"
