"""gankit run: train a recipe."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from gankit.cli import completion
from gankit.cli.app import command
from gankit.cli.console import show_lines, show_start, terminal
from gankit.cli.options import Backend, Cpu, Overrides, PluginFiles, flag, text
from gankit.errors import GankitError, Interrupted
from gankit.messages import plugin_words

if TYPE_CHECKING:
    from gankit.recipe.recipe import Recipe
    from gankit.run.folder import RunFolder


@command(
    "run recipes/quickstart.toml",
    "run recipes/dcgan_lego.toml --backend jax --set training.epochs=2",
)
def run(
    recipe: Annotated[
        Path | None,
        typer.Argument(metavar="RECIPE", help="A TOML file.", autocompletion=completion.recipes),
    ] = None,
    overrides: Overrides = None,
    out: Annotated[Path | None, text("RUN", "The run's folder.", "runs/RECIPE-1, -2, …")] = None,
    resume: Annotated[
        Path | None, text("RUN", "Resume this run.", complete=completion.runs)
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
    added: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="STABILIZER",
            help="With --from: add a stabilizer, as a new stage. Repeatable.",
        ),
    ] = None,
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Train a recipe, and write samples, curves and checkpoints to a new folder."""
    console = terminal()
    plugins = [path.resolve() for path in plugin or []]
    try:
        if resume:
            given = {"RECIPE": recipe, "--set": overrides, "--out": out}
            _refuse([option for option, value in given.items() if value])
            if added and not checkpoint:
                raise typer.BadParameter("--with needs --from and a checkpoint to go back to")
            back = (checkpoint, added or ())
            go_on(resume, console, backend, cpu, plugins, allow_new_data, *back)
        elif checkpoint or added:
            raise typer.BadParameter("--from and --with need --resume and a run")
        elif recipe:
            start(recipe, console, overrides or (), out, backend, cpu, plugins)
        else:
            raise typer.BadParameter("name a recipe, or a run to --resume")
    except Interrupted as stopped:
        words = f"gankit run --resume {stopped} {plugin_words(plugins)}".rstrip()
        console.print(f"saved; resume with: {words}", highlight=False, soft_wrap=True)
        raise typer.Exit(130) from None


def start(
    path: Path,
    console: Console,
    overrides: Iterable[str] = (),
    out: Path | None = None,
    backend: str | None = None,
    cpu: bool = False,
    plugins: Sequence[Path] = (),
) -> "RunFolder":
    """Train a recipe from the start and return the run's folder."""
    from gankit.recipe.overrides import read_table

    table = read_table(path, overrides)  # before the seconds that a backend takes
    show_start(console, backend, cpu)
    from gankit.discovery.plugins import load_plugins
    from gankit.recipe.recipe import check_recipe
    from gankit.run.folder import RunFolder

    recipe = check_recipe(table, load_plugins(plugins), str(path))
    run = RunFolder.create(_name(path), out)
    try:
        return _train(recipe, run, console, plugins)
    except GankitError:
        run.remove_if_nothing_was_played()
        raise


def go_on(
    path: Path,
    console: Console,
    backend: str | None = None,
    cpu: bool = False,
    plugins: Sequence[Path] = (),
    allow_new_data: bool = False,
    checkpoint: str | None = None,
    added: Sequence[str] = (),
) -> "RunFolder":
    """Train a run to its end from its latest checkpoint, or another one; return its folder."""
    from gankit.run.folder import RunFolder
    from gankit.sentinel import rollback

    run = RunFolder.open(path)
    rollback.complete(run)
    run.check_recipe()
    show_start(console, backend or run.read_facts()["backend"], cpu)
    from gankit.discovery.plugins import load_plugins
    from gankit.run.load import load_recipe
    from gankit.sentinel.by_hand import go_back

    recipe = load_recipe(run, plugins)
    if checkpoint:
        go_back(run, recipe, load_plugins(plugins), checkpoint, added)
        recipe = load_recipe(run, plugins)
    return _train(recipe, run, console, plugins, allow_new_data)


def _train(
    recipe: "Recipe",
    run: "RunFolder",
    console: Console,
    plugins: Sequence[Path],
    allow_new_data: bool = False,
) -> "RunFolder":
    from gankit.cli.score import standing_lines
    from gankit.game.loss import draws_from_noise
    from gankit.run.train import train

    facts = {"plugins": [str(path) for path in plugins]}
    train(recipe, run, console, facts, allow_new_data)
    show_lines(standing_lines(run))
    *_, last = run.sheets().values()
    console.print(f"samples    {last}", highlight=False)
    if draws_from_noise(recipe.stages()[-1].loss.part.load()):
        words = f"gankit sample {run.path} {plugin_words(plugins)}".rstrip()
        console.print(f"more       {words}", highlight=False, soft_wrap=True)
    return run


def _name(recipe: Path) -> str:
    """Return the name of a run: that of its recipe, or of the run that it repeats."""
    if recipe.name == "recipe.toml":
        return recipe.resolve().parent.name.rstrip("-0123456789")
    return recipe.stem


def _refuse(given: list[str]) -> None:
    if given:
        raise typer.BadParameter(
            f"--resume does not go with {', '.join(given)}: a run resumes as it was. To change its "
            "recipe, start a new run: gankit run RUN/recipe.toml --set …"
        )
