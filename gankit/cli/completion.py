"""Shell completion. It imports no Keras and executes no file."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from gankit.backend import BACKENDS
from gankit.discovery import docstring
from gankit.discovery.kinds import ALL_KINDS, KINDS, NAMED_KINDS
from gankit.discovery.part import Part
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.messages import cut
from gankit.recipe.shipped import described, recipe_file, shipped_recipes

Offer = tuple[str, str]  # a word and its help
Completion = Callable[[typer.Context, str], list[Offer]]


def completing(offers: Callable[[typer.Context, str], Iterable[Offer]]) -> Completion:
    """Make the completion of a parameter from a function of the context and the typed word.

    Errors are not for somebody who is typing: what cannot be read is not offered.
    """

    def complete(ctx: typer.Context, incomplete: str) -> list[Offer]:
        try:
            found = [(w, help) for w, help in offers(ctx, incomplete) if w.startswith(incomplete)]
        except (GankitError, OSError, ValueError):
            return []
        return [(word, cut(help)) for word, help in found]

    return complete


def _completing_words(words: Callable[[], Iterable[str]]) -> Completion:
    return completing(lambda ctx, incomplete: ((word, "") for word in words()))


kinds = _completing_words(lambda: [*NAMED_KINDS, "recipes"])
backends = _completing_words(lambda: BACKENDS)
shipped = _completing_words(shipped_recipes)


@completing
def recipes(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the recipes of gankit, those here and one folder below."""
    yield from ((name, described(name, path).summary) for name, path in shipped_recipes().items())
    for path in _found(incomplete, "*.toml", "*/*.toml", "*/*/recipe.toml"):
        text = path.read_text(encoding="utf-8")
        if "[architecture]" in text:
            first = text.partition("\n")[0]
            yield str(path), first.removeprefix("#").strip() if first.startswith("#") else ""


@completing
def runs(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the folders of runs, one or two folders below, and the names of those in runs/."""
    for facts in _found(incomplete, "*/run.json", "*/*/run.json"):
        yield str(facts.parent), ""
    if incomplete and "/" not in incomplete:
        yield from ((facts.parent.name, "") for facts in sorted(Path("runs").glob("*/run.json")))


@completing
def parts_and_recipes(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer all parts, and recipes, including those of runs."""
    for kind, parts in load_plugins().parts.items():
        yield from ((name, f"{KINDS[kind].noun}: {part.summary}") for name, part in parts.items())
    yield from recipes(ctx, incomplete)


@completing
def metrics(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer metrics, also after a comma."""
    before, comma, _ = incomplete.rpartition(",")
    taken = before.split(",")
    for name, part in load_plugins().parts["metrics"].items():
        if name not in taken:
            yield f"{before}{comma}{name}", part.summary


@completing
def stabilizers(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer stabilizers."""
    return ((name, part.summary) for name, part in load_plugins().parts["stabilizers"].items())


@completing
def features(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer feature extractors."""
    return ((name, part.summary) for name, part in load_plugins().parts["features"].items())


@completing
def checkpoints(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the checkpoints of the run on the command line."""
    yield from (("last", ""), ("best", ""))
    for word in _words(ctx):
        yield from ((path.name, "") for path in sorted(Path(word).glob("checkpoints/step-*")))


@completing
def keys(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the keys that `--set` can change in the recipe on the command line, or in any."""
    files = (recipe_file(Path(word)) for word in _words(ctx))
    file = next((file for file in files if file.suffix == ".toml"), None)
    recipe = tomllib.loads(file.read_text(encoding="utf-8")) if file else {}
    described = dict(_described(recipe))
    for key in dict.fromkeys([*described, *_given(recipe)]):
        yield f"{key}=", described.get(key, "")


def _found(incomplete: str, *patterns: str) -> list[Path]:
    """Return the files below the folder being typed; hidden ones only if it is hidden."""
    folder = Path(incomplete if incomplete.endswith("/") else incomplete.rpartition("/")[0])
    found = (path for pattern in patterns for path in sorted(folder.glob(pattern)))
    return [p for p in found if not any(n.startswith(".") for n in p.relative_to(folder).parts)]


def _words(ctx: typer.Context) -> Iterator[str]:
    """Return the words on the command line."""
    return map(str, (*ctx.args, *ctx.params.values()))  # an option without a value keeps its word


def _described(recipe: Mapping[str, Any]) -> Iterator[Offer]:
    """Yield the keys of any recipe, and the options of the parts that this one names."""
    from gankit.recipe.model import ARRAYS, SECTIONS
    from gankit.recipe.settings import SCORING, SENTINEL, START, TRAINING

    catalogue = load_plugins()
    yield "seed", "The seed of all randomness."
    yield from _options("training", TRAINING)
    yield from _options("sentinel", SENTINEL)
    yield from _options("start", START)
    yield from _options("scoring", SCORING) if recipe.get("metrics") or not recipe else ()
    named = {section: (kind, recipe.get(section, {})) for section, kind in SECTIONS.items()}
    for kind in ARRAYS:
        named |= {f"{kind}.{number}": (kind, t) for number, t in enumerate(recipe.get(kind, []))}
    for section, (kind, table) in named.items():
        yield f"{section}.name", f"The name of the {KINDS[kind].noun}."
        part = catalogue.parts[kind].get(table.get("name"))
        yield from _options(section, part) if part else ()
    for player in recipe.get("players") or ("discriminator", "generator"):
        yield f"players.{player}.optimizer.learning_rate", "A number or a schedule."
        yield f"players.{player}.repeats", "The number of its turns in a step."


def _options(section: str, part: Part) -> Iterator[Offer]:
    """Yield a part's options from its docstring, without importing it."""
    kind = ALL_KINDS[part.kind]
    options = list(docstring.arguments(part.about).items())[kind.leading :]
    for name, help in options:
        if name not in kind.hidden:
            yield f"{section}.{name}", help


def _given(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Yield the dotted keys of a recipe."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _given(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"
