"""What the shell offers where a word begins: quick, without Keras, and without executing a file."""

import tomllib
from collections.abc import Iterator, Mapping
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
from gankit.recipe.shipped import shipped_recipes

Offer = tuple[str, str]  # a word, and what it means


def offering(offers):
    """Make a function of the words so far the completion of a parameter.

    What cannot be read while somebody types is not offered; it is no time for an error.
    """

    def complete(ctx: typer.Context, incomplete: str) -> list[Offer]:
        try:
            found = [(w, about) for w, about in offers(ctx, incomplete) if w.startswith(incomplete)]
        except (GankitError, OSError, ValueError):
            return []
        return [(word, cut(about)) for word, about in found]

    return complete


@offering
def recipes(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the recipes here and one folder below; other files the shell completes itself."""
    for path in _found(incomplete, "*.toml", "*/*.toml", "*/*/recipe.toml"):
        text = path.read_text(encoding="utf-8")
        if "[architecture]" in text:
            first = text.partition("\n")[0]
            yield str(path), first.removeprefix("#").strip() if first.startswith("#") else ""


@offering
def runs(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the folders of runs here and one or two folders below."""
    for facts in _found(incomplete, "*/run.json", "*/*/run.json"):
        yield str(facts.parent), ""


@offering
def parts_and_recipes(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the names of all parts, and recipes, those of runs among them."""
    for kind, parts in load_plugins().parts.items():
        yield from ((name, f"{KINDS[kind].noun}: {part.summary}") for name, part in parts.items())
    yield from recipes(ctx, incomplete)


@offering
def kinds(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the kinds of parts."""
    return ((kind, "") for kind in NAMED_KINDS)


@offering
def backends(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the backends."""
    return ((name, "") for name in BACKENDS)


@offering
def shipped(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the recipes that come with gankit."""
    return ((name, "") for name in shipped_recipes())


@offering
def metrics(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the names of metrics, also behind a comma."""
    before, comma, _ = incomplete.rpartition(",")
    taken = before.split(",")
    for name, part in load_plugins().parts["metrics"].items():
        if name not in taken:
            yield f"{before}{comma}{name}", part.summary


@offering
def features(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the kinds of features."""
    return ((name, part.summary) for name, part in load_plugins().parts["features"].items())


@offering
def checkpoints(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the checkpoints of the run that was named."""
    yield from (("last", ""), ("best", ""))
    for word in _words(ctx):
        found = sorted(Path(word).glob("checkpoints/step-*"))
        yield from ((path.name, "") for path in found)


@offering
def keys(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Offer the keys that `--set` may change: of the recipe that was named, if one was."""
    recipe = _recipe(ctx)
    described = dict(_described(recipe))
    for key in dict.fromkeys([*described, *_given(recipe)]):
        yield f"{key}=", described.get(key, "")


def _found(incomplete: str, *patterns: str) -> list[Path]:
    """Return the files below the folder that is being typed, hidden ones only if asked for."""
    folder = Path(incomplete if incomplete.endswith("/") else incomplete.rpartition("/")[0])
    found = (path for pattern in patterns for path in sorted(folder.glob(pattern)))
    return [p for p in found if not any(n.startswith(".") for n in p.relative_to(folder).parts)]


def _words(ctx: typer.Context) -> Iterator[str]:
    """Return the words before."""
    return map(str, (*ctx.args, *ctx.params.values()))  # the first while an option has no value


def _recipe(ctx: typer.Context) -> Mapping[str, Any]:
    """Return the recipe that the words before name, an empty one if there is none."""
    file = next((word for word in _words(ctx) if word.endswith(".toml")), None)
    return tomllib.loads(Path(file).read_text(encoding="utf-8")) if file else {}


def _described(recipe: Mapping[str, Any]) -> Iterator[Offer]:
    """Yield the keys that are known without a recipe, or by the parts that it names."""
    from gankit.recipe.model import SECTIONS
    from gankit.recipe.settings import SCORING, SENTINEL, TRAINING

    catalogue = load_plugins()
    yield "seed", "Of all randomness."
    yield from _options("training", TRAINING)
    yield from _options("sentinel", SENTINEL)
    yield from _options("scoring", SCORING) if recipe.get("metrics") or not recipe else ()
    named = {section: (kind, recipe.get(section, {})) for section, kind in SECTIONS.items()}
    for kind in ("stabilizers", "metrics", "monitors"):
        named |= {f"{kind}.{number}": (kind, t) for number, t in enumerate(recipe.get(kind, []))}
    for section, (kind, table) in named.items():
        yield f"{section}.name", f"Of the {KINDS[kind].noun}."
        part = catalogue.parts[kind].get(table.get("name"))
        yield from _options(section, part) if part else ()
    for player in recipe.get("players") or ("discriminator", "generator"):
        yield f"players.{player}.optimizer.learning_rate", "A number or a schedule."
        yield f"players.{player}.repeats", "The turns that it takes in a step."


def _options(section: str, part: Part) -> Iterator[Offer]:
    """Yield a part's options, as its docstring has them: nothing is imported."""
    kind = ALL_KINDS[part.kind]
    options = list(docstring.arguments(part.about).items())[kind.leading :]
    for name, about in options:
        if name not in kind.hidden:
            yield f"{section}.{name}", about


def _given(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Yield the dotted keys of a recipe."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _given(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"
