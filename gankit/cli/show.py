"""gankit show: a part with its options, or a recipe with its defaults."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from gankit.cli import completion
from gankit.cli.app import command
from gankit.cli.console import Line, aligned, show_lines
from gankit.cli.option_words import default_in_words, type_in_words
from gankit.cli.options import Overrides, PluginFiles
from gankit.discovery import docstring
from gankit.discovery.kinds import ALL_KINDS
from gankit.discovery.part import Part
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.errors import GankitError
from gankit.messages import shown, suggestion
from gankit.recipe.shipped import shipped_recipes

if TYPE_CHECKING:
    from gankit.recipe.recipe import Recipe

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|RECIPE",
        help="The name of a part, a recipe, or the folder of a run.",
        autocompletion=completion.parts_and_recipes,
    ),
]


@command("show dcgan", "show quickstart --set training.epochs=10")
def show(name: Name, overrides: Overrides = None, plugin: PluginFiles = None) -> None:
    """Show a part's options and how a recipe names it, or a recipe with its defaults."""
    from gankit.backend import choose_backend

    choose_backend(None, cpu=True)
    path = Path(name)
    if path.is_file() or path.suffix == ".toml" or len(path.parts) > 1 or _is_run(path):
        show_lines(recipe_lines(_recipe(path, plugin or (), overrides or ())))
        show_lines(_verdict_lines(path))
        return
    shipped = name in shipped_recipes()
    parts = parts_named(name, load_plugins(plugin or ()), or_recipe=shipped)
    for number, part in enumerate(parts):
        show_lines([*[""] * bool(number), *part_lines(part)])
    if shipped:
        head = Text.assemble((name, "bold"), "  recipe of gankit")
        filled = recipe_lines(_recipe(path, plugin or (), overrides or ()))
        show_lines([*[""] * bool(parts), head, "", *filled])


def _is_run(path: Path) -> bool:
    return (path / "recipe.toml").is_file()


def parts_named(name: str, catalogue: Catalogue, or_recipe: bool = False) -> list[Part]:
    """Return the parts of all kinds with this name, or the metric with a score of this name.

    There may be none if a recipe has the name.
    """
    from gankit.recipe.optimizers import optimizers, schedules
    from gankit.recipe.settings import OWN, directions

    own = {part.name: part for part in OWN}
    known = [*catalogue.parts.values(), optimizers(), schedules(), own]
    found = [parts[name] for parts in known if name in parts]
    if not found and not or_recipe:
        metrics = catalogue.parts["metrics"].values()
        found = [metric for metric in metrics if name in directions(metric)]
    if not found and not or_recipe:
        names = [name for parts in [*known, shipped_recipes()] for name in parts]
        message = f"unknown part or recipe.{suggestion(name, names)} Received: {shown(name)}"
        raise GankitError(message, "gankit list; gankit list recipes")
    return found


def part_lines(part: Part) -> Iterator[Line]:
    """Yield the summary of a part, its options and papers, and a snippet to paste."""
    about, options = part.load().__doc__, _options(part)
    yield Text.assemble((part.name, "bold"), f"  {ALL_KINDS[part.kind].noun} of {part.plugin}")
    yield docstring.summary(about)
    yield from _titled("options", _option_lines(options))
    yield from _titled("scores", _score_lines(part) if part.kind == "metrics" else [])
    yield from _titled("paper", [f"  {paper}" for paper in docstring.papers(about)])
    yield from _titled("in a recipe", [f"  {line}" for line in snippet(part, options)])


def snippet(part: Part, options: Mapping[str, Any]) -> list[str]:
    """Return the lines with which a recipe names a part, with its defaults."""
    from gankit.recipe import toml

    name = {} if part.kind == "sections" else {"name": part.name}
    defaults = {key: o["default"] for key, o in options.items() if o.get("default") is not None}
    required = [f"# {key} = …" for key, option in options.items() if "default" not in option]
    lines = toml.write(name | defaults).splitlines()
    return [ALL_KINDS[part.kind].table or f"[{part.name}]", *lines[:1], *required, *lines[1:]]


def _recipe(path: Path, plugins: Iterable[Path], overrides: Iterable[str]) -> "Recipe":
    """Return the recipe of a file or of a run."""
    from gankit.recipe.recipe import read_recipe
    from gankit.run.folder import RunFolder
    from gankit.run.load import load_recipe

    run = RunFolder(path)
    if run.facts.exists() or run.facts.is_symlink():
        return load_recipe(RunFolder.open(path), plugins, overrides)
    file = run.recipe if run.recipe.is_file() else path
    return read_recipe(file, load_plugins(plugins), overrides)


def recipe_lines(recipe: "Recipe") -> Iterator[Line]:
    """Yield the lines of a filled recipe, with its defaults marked."""
    for line in recipe.to_toml(mark_defaults=True).splitlines():
        yield Text(line, "cyan" if line.startswith("[") else "dim" * line.endswith("# default"))


def _verdict_lines(path: Path) -> Iterator[Line]:
    """Yield the verdicts of a run's monitors, as comments of its recipe."""
    from gankit.run.folder import RunFolder
    from gankit.sentinel import log
    from gankit.sentinel.wording import text

    events = log.read(RunFolder(path).verdicts)
    yield from ["", "# Verdicts of the monitors:"] if events else []
    for event in events:
        yield f"# step {event['step']:,}, epoch {event['epoch']}: {text(event)}"


def _options(part: Part) -> dict[str, Any]:
    """Return the JSON schema of each option."""
    from gankit.discovery import part_options
    from gankit.recipe import optimizers

    if part.kind == "optimizers":
        model = optimizers.model(part, optimizers.any_rate())
    else:
        model = (optimizers if part.kind == "schedules" else part_options).model(part)
    properties = part_options.json_schema(model)["properties"]
    return {name: option for name, option in properties.items() if name != "name"}


def _option_lines(options: Mapping[str, Any]) -> Iterator[Line]:
    table = [(n, default_in_words(o), type_in_words(o)) for n, o in options.items()]
    for line, option in zip(aligned(table, ("bold", "", "dim")), options.values()):
        yield line
        if option.get("description"):
            yield f"      {option['description']}"


def _score_lines(part: Part) -> Iterator[Line]:
    from gankit.recipe.settings import directions

    table = [(name, f"better {way}") for name, way in directions(part).items()]
    yield from aligned(table, ("bold", "dim")) if table else ()


def _titled(title: str, lines: Iterable[Line]) -> Iterator[Line]:
    lines = list(lines)
    if lines:
        yield from ("", Text(title, "cyan"), *lines)
