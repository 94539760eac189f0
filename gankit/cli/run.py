"""gankit run: train a recipe."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gankit.cli import completion
from gankit.cli.app import command
from gankit.cli.console import show_lines
from gankit.cli.options import (
    RECIPE,
    Added,
    Backend,
    Channels,
    Cpu,
    Data,
    Devices,
    Overrides,
    PluginFiles,
    Size,
    data_overrides,
    device_overrides,
    flag,
    number,
    text,
)
from gankit.errors import Interrupted
from gankit.files import found_run
from gankit.launchers import launched
from gankit.messages import plugin_words, typed
from gankit.terminal import terminal

if TYPE_CHECKING:
    from gankit.run.folder import RunFolder


@command(
    "run quickstart --set training.epochs=2",
    "run quickstart --data my_images --size 64",
)
def run(
    recipe: Annotated[
        Path | None,
        typer.Argument(metavar="RECIPE", help=RECIPE, autocompletion=completion.recipes),
    ] = None,
    overrides: Overrides = None,
    data: Data = None,
    size: Size = None,
    channels: Channels = None,
    added: Added = None,
    out: Annotated[Path | None, text("RUN", "The run's folder.", "runs/RECIPE-1, -2, …")] = None,
    seeds: Annotated[
        int | None, number("Train one run for each of N seeds.", 2, default="the recipe's seed")
    ] = None,
    resume: Annotated[
        Path | None,
        text("RUN", "Resume this run, or the runs of several seeds.", complete=completion.runs),
    ] = None,
    allow_new_data: Annotated[
        bool, flag("--allow-new-data", "Resume although the data has changed.")
    ] = False,
    checkpoint: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NAME",
            help="With --resume: go back to a checkpoint: healthy, best, step-….",
        ),
    ] = None,
    plugin: PluginFiles = None,
    devices: Devices = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Train a recipe, and write samples, curves and checkpoints to a new folder."""
    from gankit.api import train
    from gankit.api.seeds import begin_seeds, play_seeds
    from gankit.cli.seeds import show_spread
    from gankit.recipe.overrides import read_table
    from gankit.sweep.seeds import SeedsFolder

    console, plugins = terminal(), [path.resolve() for path in plugin or []]
    place = launched()
    if place and place.rank:  # of the processes that a launcher has started, only the first leads
        train.follow(place.backend, cpu, plugins)
        return
    changed, on_devices = list(overrides or ()), device_overrides(devices)
    overrides = changed + on_devices
    changes = data_overrides(size, channels) + overrides
    several = SeedsFolder(found_run(resume)) if resume else None
    made: RunFolder | SeedsFolder
    try:
        if resume:
            given: dict[str, object] = {"RECIPE": recipe, "--data": data, "--out": out}
            given |= {"--size": size, "--channels": channels}
            _refuse([option for option, value in given.items() if value])
        if several and several.exists:
            given = {"--set": changed, "--with": added, "--from": checkpoint}
            _refuse([option for option, value in given.items() if value])
            more = allow_new_data, on_devices
            made = play_seeds(several, console, seeds, backend, cpu, plugins, *more)
        elif resume:
            _refuse(["--seeds"] if seeds else [])
            if added and not checkpoint:
                raise typer.BadParameter("--resume with --with needs --from and a checkpoint")
            back, resume = (checkpoint, added or (), overrides), found_run(resume)
            made = train.go_on(resume, console, backend, cpu, plugins, allow_new_data, *back)
        elif checkpoint:
            raise typer.BadParameter("--from needs --resume and a run")
        elif recipe:
            # before the seconds that a backend takes
            table = read_table(recipe, changes, data, added or ())
            request = console, out, backend, cpu, plugins
            if seeds:
                several = begin_seeds(table, recipe, seeds, *request)
                made = play_seeds(several, console, None, backend, cpu, plugins)
            else:
                made = train.begin(table, recipe, *request)
        else:
            raise typer.BadParameter("name a recipe, or a run to --resume")
    except Interrupted as stopped:
        lines = [str(stopped)]
        if stopped.run:
            words = f"gankit run --resume {typed(stopped.run)} {plugin_words(plugins)}".rstrip()
            lines.append(f"→ {words}")
        show_lines(lines)
        raise typer.Exit(130) from None
    if isinstance(made, SeedsFolder):
        show_spread(made, cpu, plugins)
    else:
        _show_end(made, plugins)


def _show_end(run: "RunFolder", plugins: Sequence[Path]) -> None:
    """Print the scores of a finished run, its samples, and what to type next."""
    from gankit.cli.score import standing_lines
    from gankit.run.load import load_recipe

    scores = list(standing_lines(run))
    show_lines(["", *scores, ""] if scores else [])
    *_, last = ["none", *run.sheets().values()]
    path, more = typed(run.path), plugin_words(plugins)
    noise = load_recipe(run, plugins).stages()[-1].loss.part.load().from_noise
    use = f"gankit sample {path}" if noise else f"gankit apply {path} FOLDER"
    lines = [f"samples {last}", f"→ gankit report {path} --open", f"→ {use} {more}".rstrip()]
    show_lines(lines)


def _refuse(given: list[str]) -> None:
    if given:
        raise typer.BadParameter(
            f"--resume does not go with {', '.join(given)}: a run resumes as it was, or longer: "
            "--set training.epochs=N. To change more, start a new run: gankit run RUN/recipe.toml"
        )
