"""A recipe: what to train on what, checked and with every default filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gankit.discovery.part import Part
from gankit.discovery.plugins import Catalogue
from gankit.messages import shown
from gankit.recipe import toml
from gankit.recipe.model import KEYS
from gankit.recipe.overrides import override, read_table
from gankit.recipe.problems import Problem, refusal
from gankit.recipe.section import Section, section, values
from gankit.recipe.settings import Scoring, Training
from gankit.recipe.validation import Form


@dataclass(frozen=True)
class Player:
    """How a player is trained.

    Args:
        optimizer: What moves its networks; `make()` builds it.
        repeats: The turns that it takes in a step.
    """

    optimizer: Section
    repeats: int


@dataclass(frozen=True)
class Recipe:
    """A checked recipe with every default filled in.

    Args:
        seed: Of all randomness.
        dataset: `make()` returns a `gankit.Dataset`.
        architecture: `make(spec, previous=networks)` returns networks by name.
        loss: `make()` returns a `gankit.Loss`.
        stabilizers: `make()` of each returns a `gankit.Stabilizer`, in their order.
        players: The players of the loss, in the order they play.
        training: How long to train, and how.
        metrics: `make(real=…, fake=…)` of each returns a number, or several by name.
        scoring: When they score the generator while it trains, and how.
        source: The file it is from.
        given: The recipe as it was given, `--set` applied.
        filled: The recipe with its defaults, as a table.
        later: The recipes of its stages.
    """

    seed: int
    dataset: Section
    architecture: Section
    loss: Section
    stabilizers: tuple[Section, ...]
    players: Mapping[str, Player]
    training: Training
    metrics: tuple[Section, ...]
    scoring: Scoring
    source: str = field(compare=False)
    given: Mapping[str, Any] = field(compare=False, repr=False)
    filled: Mapping[str, Any] = field(compare=False, repr=False)
    later: tuple["Recipe", ...] = ()

    def stages(self) -> list["Recipe"]:
        """Return the recipes to train one after the other, each without stages."""
        return list(self.later) or [self]

    def parts(self) -> list[Part]:
        """Return the parts of plugins that the recipe names, with those of its stages."""
        return [part for recipe in (self, *self.later) for part in recipe._own_parts()]

    def _own_parts(self) -> list[Part]:
        one = (self.dataset, self.architecture, self.loss, self.scoring.features)
        found = (*one, *self.stabilizers, *self.metrics)
        return [section.part for section in found if isinstance(section, Section)]

    def to_toml(self, mark_defaults: bool = False) -> str:
        """Return the filled recipe, which reads as an equal one.

        Args:
            mark_defaults: Whether a comment is put behind what was not given.
        """
        stages = {"stages": self.given["stages"]} if self.later else {}
        return toml.write({**self.filled, **stages}, self.given if mark_defaults else None)


def read_recipe(path: Path | str, catalogue: Catalogue, overrides: Iterable[str] = ()) -> Recipe:
    """Read a recipe, check all of it and fill in its defaults.

    Keras is imported: set its backend before.

    Args:
        path: A file of TOML.
        catalogue: The parts that it can name.
        overrides: Changes, `"training.epochs=10"`.

    Raises:
        GankitError: The file cannot be read, or there are problems; all of them are named.
    """
    return check_recipe(read_table(path, overrides), catalogue, str(path))


def check_recipe(table: Mapping[str, Any], catalogue: Catalogue, source: str) -> Recipe:
    """Check a recipe given as a table, and fill in its defaults.

    Raises:
        GankitError: There are problems; all of them are named.
    """
    tables = _flat(table, source)
    forms = [Form(flat, catalogue) for flat in tables]
    known = list(dict.fromkeys(player for form in forms for player in form.players))
    filled = [form.fill(known) for form in forms]
    problems = _problems(forms)
    if problems:
        raise refusal(source, sorted(problems, key=_order))
    recipes = [_recipe(*each, source) for each in zip(filled, tables, forms)]
    first, *later = recipes
    return replace(first, given=table, later=tuple(later))


def _flat(table: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    """Return the recipe without its stages, and that of each stage: the one before, changed."""
    flat = [{key: value for key, value in table.items() if key != "stages"}]
    stages = table.get("stages", [])
    if not isinstance(stages, list) or not all(isinstance(stage, Mapping) for stage in stages):
        problem = Problem(("stages",), f"should be tables, [[stages]]. Received: {shown(stages)}")
        raise refusal(source, [problem])
    for index, stage in enumerate(stages):
        if "stages" in stage:
            raise refusal(source, [Problem(("stages", index, "stages"), "a stage has no stages")])
        flat.append(override(flat[-1], stage, source))
    return flat


def _problems(forms: Sequence[Form]) -> list[Problem]:
    """Return all problems; one that a stage takes over from the recipe is named once."""
    base, *stages = (form.problems for form in forms)
    seen, problems = {(p.place, p.message) for p in base}, list(base)
    for index, found in enumerate(stages):
        new = [problem for problem in found if (problem.place, problem.message) not in seen]
        seen |= {(p.place, p.message) for p in new}
        problems += [replace(p, place=("stages", index, *p.place)) for p in new]
    return problems


def _order(problem: Problem) -> int:
    top = problem.place[0] if problem.place else ""
    return KEYS.index(top) if top in KEYS else len(KEYS)


def _recipe(filled: Any, table: Mapping[str, Any], form: Form, source: str) -> Recipe:
    return Recipe(
        seed=filled.seed,
        dataset=section(filled.dataset),
        architecture=section(filled.architecture),
        loss=section(filled.loss),
        stabilizers=tuple(map(section, filled.stabilizers)),
        players={name: _player(getattr(filled.players, f"player_{name}")) for name in form.players},
        training=Training(**values(filled.training)),
        metrics=tuple(map(section, filled.metrics)),
        scoring=_scoring(filled.scoring, form.features),
        source=source,
        given=table,
        filled=_filled(filled, table),
    )


def _filled(filled: Any, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recipe as a table, without `[scoring]` where there is nothing to score by."""
    whole = filled.model_dump(mode="json", by_alias=True, exclude_none=True)
    idle = {"metrics", "scoring"} - table.keys() if not filled.metrics else ()
    return {key: value for key, value in whole.items() if key not in idle}


def _scoring(filled: Any, features: Section | None) -> Scoring:
    options = values(filled)
    return Scoring(**options | ({"features": features} if features else {}))


def _player(filled: Any) -> Player:
    return Player(section(filled.optimizer), filled.repeats)
