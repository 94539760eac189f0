"""gankit run: train a recipe."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gankit.cli import completion
from gankit.cli.console import show_lines, show_start, terminal
from gankit.cli.options import Backend, Cpu, Overrides, PluginFiles
from gankit.cli.score import standing_lines
from gankit.errors import GankitError, Interrupted
from gankit.messages import plugin_words
from gankit.recipe.overrides import read_table

EXAMPLES = """
Examples:

  gankit run recipes/quickstart.toml

  gankit run recipes/dcgan_lego.toml --backend jax --set training.epochs=2
"""


def run(
    recipe: Annotated[
        Path | None,
        typer.Argument(metavar="RECIPE", help="A TOML file.", autocompletion=completion.recipes),
    ] = None,
    overrides: Overrides = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="The run's folder.", show_default="runs/RECIPE-1, -2, …"),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="Go on with a run that was stopped.",
            autocompletion=completion.runs,
        ),
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NAME",
            help="With --resume: forget what came after a checkpoint: healthy, best, step-….",
        ),
    ] = None,
    added: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="STABILIZER",
            help="With --from: go on with a stabilizer more, as a new stage. Repeatable.",
        ),
    ] = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Train a recipe into a folder of its own: samples, curves, checkpoints."""
    console = terminal()
    plugins = [path.resolve() for path in plugin or []]
    try:
        if resume:
            _refuse(recipe=recipe, set=overrides, out=out)
            if added and not checkpoint:
                raise typer.BadParameter("--with needs --from, the checkpoint to go on from")
            go_on(resume, console, backend, cpu, plugins, checkpoint, added or ())
        elif checkpoint or added:
            raise typer.BadParameter("--from and --with need --resume, and the run")
        elif recipe:
            start(recipe, console, overrides or (), out, backend, cpu, plugins)
        else:
            raise typer.BadParameter("name a recipe, or a run to --resume")
    except Interrupted as stopped:
        words = f"gankit run --resume {stopped} {plugin_words(plugins)}".rstrip()
        console.print(f"saved; go on with: {words}", highlight=False, soft_wrap=True)
        raise typer.Exit(130) from None


def start(recipe_path, console, overrides=(), out=None, backend=None, cpu=False, plugins=()):
    """Train a recipe from its start and return the run's folder.

    Raises:
        GankitError: The recipe, its data or its plugins are at fault.
        Interrupted: The user stopped the run; it is saved.
    """
    table = read_table(recipe_path, overrides)  # before the seconds that a backend takes
    show_start(console, backend, cpu)
    from gankit.discovery.plugins import load_plugins
    from gankit.recipe.recipe import check_recipe
    from gankit.run.folder import RunFolder

    recipe = check_recipe(table, load_plugins(plugins), str(recipe_path))
    run = RunFolder.create(_name(recipe_path), out)
    try:
        return _train(recipe, run, console, plugins)
    except GankitError:
        run.remove_if_nothing_was_played()
        raise


def go_on(
    path,
    console,
    backend=None,
    cpu=False,
    plugins=(),
    checkpoint: str | None = None,
    added: Sequence[str] = (),
):
    """Train a run to its end from its newest checkpoint, or from another, and return its folder.

    Raises:
        GankitError: It is no run, or what made it is no longer there.
        Interrupted: The user stopped the run again; it is saved.
    """
    from gankit.run.folder import RunFolder
    from gankit.sentinel import rollback

    run = RunFolder.open(path)
    rollback.complete(run)
    show_start(console, backend or run.read_facts()["backend"], cpu)
    from gankit.discovery.plugins import load_plugins
    from gankit.run.load import load_recipe
    from gankit.sentinel.by_hand import go_back

    recipe = load_recipe(run, plugins)
    if checkpoint:
        go_back(run, recipe, load_plugins(plugins), checkpoint, added)
        recipe = load_recipe(run, plugins)
    return _train(recipe, run, console, plugins)


def _train(recipe, run, console: Console, plugins):
    from gankit.game.loss import draws_from_noise
    from gankit.run.train import train

    train(recipe, run, console, {"plugins": [str(path) for path in plugins]})
    show_lines(standing_lines(run))
    *_, last = run.sheets().values()
    console.print(f"samples    {last}", highlight=False)
    if draws_from_noise(recipe.stages()[-1].loss.part.load()):
        words = f"gankit sample {run.path} {plugin_words(plugins)}".rstrip()
        console.print(f"more       {words}", highlight=False, soft_wrap=True)
    return run


def _name(recipe: Path) -> str:
    """Return what a run of a recipe is called: after its file, or the run that it repeats."""
    return (
        recipe.resolve().parent.name.rstrip("-0123456789")
        if recipe.name == "recipe.toml"
        else recipe.stem
    )


def _refuse(**options) -> None:
    given = [
        f"--{name}" if name != "recipe" else "RECIPE" for name, value in options.items() if value
    ]
    if given:
        raise typer.BadParameter(
            f"--resume goes on with a run as it was; it does not go with {', '.join(given)}. "
            "A new run of its recipe: gankit run RUN/recipe.toml --set …"
        )
