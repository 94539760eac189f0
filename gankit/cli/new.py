"""gankit new: a recipe of your own, or a plugin."""

import os
from pathlib import Path
from typing import Annotated

import typer

from gankit.cli import completion
from gankit.cli.app import app
from gankit.cli.console import show_lines
from gankit.cli.options import examples, text
from gankit.discovery.scaffold import PLURALS, write_distribution
from gankit.errors import GankitError
from gankit.files import found_run, write
from gankit.messages import listed, shown, suggestion, typed
from gankit.recipe.shipped import shipped_recipes

new = typer.Typer(
    help="Start your own recipe or plugin.",
    no_args_is_help=True,
    epilog=examples("new recipe quickstart", "new plugin gankit-flat --kind stabilizer"),
)
app.add_typer(new, name="new")


@new.command(
    "recipe", epilog=examples("new recipe quickstart", "new recipe mine --from dcgan_lego")
)
def recipe(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The name of the copy, NAME.toml.",
            autocompletion=completion.shipped,
        ),
    ],
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Copy this file, a run's recipe, or one from gankit list recipes.",
            show_default="the recipe NAME",
            autocompletion=completion.shipped,
        ),
    ] = None,
    out: Annotated[Path | None, text("FILE", "Write this file instead.")] = None,
) -> None:
    """Copy a recipe that comes with gankit, to change it and run it."""
    path = new_recipe(name, source, out)
    word = typed(path)
    show_lines([f"wrote {path}", f"→ gankit check {word}", f"→ gankit run {word}"])


@new.command(
    "plugin",
    epilog=examples(
        "new plugin gankit-flat --kind stabilizer", "new plugin gankit-pearson --kind loss"
    ),
)
def plugin(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The name of the package and of its folder."),
    ],
    kind: Annotated[str, text("KIND", f"{listed(PLURALS)}.")],
) -> None:
    """Create a plugin package with one part: code, tests, a recipe, CI."""
    show_lines(f"wrote {path}" for path in write_distribution(name, kind))
    install, test = f"pip install -e {name} pytest", f"pytest {name}"
    show_lines(f"→ {line}" for line in (install, test, f"gankit run {name}/recipe.toml"))


def new_recipe(name: str, source: str | None = None, out: Path | None = None) -> Path:
    """Copy a recipe of gankit or a file, by default to `name.toml`, and return the copy's path."""
    text = _text(source or name)
    path = out or Path(f"{Path(name).name.removesuffix('.toml')}.toml")
    try:
        if os.path.lexists(path):
            message = f"{path} already exists; nothing was written"
            raise GankitError(message, f"gankit new recipe {typed(name)} --out another.toml")
        write(path, text)
    except ValueError as error:
        raise GankitError(f"{shown(str(path))} cannot be written: {error}") from error
    return path


def _text(source: str) -> str:
    recipes, run = shipped_recipes(), found_run(Path(source)) / "recipe.toml"
    path = run if run.is_file() else recipes.get(source.removesuffix(".toml"), Path(source))
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        message = f"there is no recipe {shown(source)}.{suggestion(source, recipes)}"
        raise GankitError(f"{message} Allowed: {listed(recipes)}, a file, or a run") from error
