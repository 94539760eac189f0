"""`gankit new`: a recipe of your own, copied from one that comes with gankit; or a plugin."""

from pathlib import Path
from typing import Annotated

import typer

from gankit.cli import completion, new_plugin
from gankit.cli.console import show_lines
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion
from gankit.recipe.shipped import shipped_recipes

EXAMPLES = """
Examples:

  gankit new recipe quickstart

  gankit new recipe mine --from dcgan_lego
"""

BOTH = """
Examples:

  gankit new recipe quickstart

  gankit new plugin gankit-flat --kind stabilizer
"""

new = typer.Typer(help="Start a recipe or a part of your own.", no_args_is_help=True, epilog=BOTH)
new.command("plugin", epilog=new_plugin.EXAMPLES)(new_plugin.plugin)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="Of the recipe; NAME.toml is written.",
        autocompletion=completion.shipped,
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="PATH",
        help="Copy this file, or this recipe of gankit's.",
        autocompletion=completion.shipped,
    ),
]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file instead.")]


@new.command("recipe", epilog=EXAMPLES)
def recipe(name: Name, source: Source = None, out: Out = None) -> None:
    """Copy a recipe that comes with gankit, to change it and run it."""
    path = new_recipe(name, source, out)
    show_lines([f"wrote {path}", f"→ gankit check {path}", f"→ gankit run {path}"])


def new_recipe(name: str, source: str | None = None, out: Path | None = None) -> Path:
    """Copy a recipe and return the path of the copy.

    Args:
        name: Of the copy.
        source: A recipe of gankit's or a file; the recipe of that name where it is not given.
        out: Where to write, if not to `name.toml` in this folder.

    Raises:
        GankitError: There is no such recipe, or the copy would overwrite a file.
    """
    text = _text(source or name)
    path = out or Path(f"{Path(name).name.removesuffix('.toml')}.toml")
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        message = f"{path} is there already, and is left as it is"
        raise GankitError(message, f"gankit new recipe {name} --out another.toml") from error
    except (OSError, ValueError) as error:
        raise GankitError(f"{shown(str(path))} cannot be written: {error}") from error
    return path


def _text(source: str) -> str:
    recipes = shipped_recipes()
    path = recipes.get(source.removesuffix(".toml"), Path(source))
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        message = f"there is no recipe {shown(source)}.{suggestion(source, recipes)}"
        raise GankitError(f"{message} Allowed: {listed(recipes)}, or a file") from error
