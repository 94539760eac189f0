"""A recipe: what to train on which data, checked and with all its defaults."""

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
from gankit.recipe.problems import Problem, Refusal
from gankit.recipe.section import Section, section, values
from gankit.recipe.settings import Scoring, Sentinel, Start, Training
from gankit.recipe.validation import Validator

SHARED = {  # what later stages cannot change
    ("start", "run"): "only the first stage has one",
    ("training", "devices"): "all stages train on the same devices",
}


@dataclass(frozen=True)
class Player:
    """How a player is trained.

    Args:
        optimizer: The optimizer of its networks; `make()` builds it.
        repeats: The number of its turns in a step.
    """

    optimizer: Section
    repeats: int


@dataclass(frozen=True)
class Recipe:
    """A checked recipe with all its defaults.

    Args:
        seed: The seed of all randomness.
        dataset: `make()` returns a `gankit.Dataset`.
        architecture: `make(spec, previous=networks)` returns networks by name.
        loss: `make()` returns a `gankit.Loss`.
        stabilizers: `make()` of each returns a `gankit.Stabilizer`, in the order they apply.
        players: The players of the loss, in the order they play.
        start: Which weights the networks start from, and which layers are not trained.
        training: How long to train, and how.
        metrics: `make(real=…, fake=…)` of each returns a number, or several by name.
        scoring: When and how the metrics score the generator during training.
        monitors: `make()` of each returns a `gankit.Monitor`; all monitors if it names none.
        sentinel: What to do if they find that the game goes wrong.
        source: The file it was read from.
        given: The recipe as it was given, with changes from `--set`.
        filled: The recipe with its defaults, as a table.
        later: The recipes of its stages.
    """

    seed: int
    dataset: Section
    architecture: Section
    loss: Section
    stabilizers: tuple[Section, ...]
    players: Mapping[str, Player]
    start: Start
    training: Training
    metrics: tuple[Section, ...]
    scoring: Scoring
    monitors: tuple[Section, ...]
    sentinel: Sentinel
    source: str = field(compare=False)
    given: Mapping[str, Any] = field(compare=False, repr=False)
    filled: Mapping[str, Any] = field(compare=False, repr=False)
    later: tuple["Recipe", ...] = ()

    def stages(self) -> list["Recipe"]:
        """Return the recipes to train one after the other, each without stages."""
        return list(self.later) or [self]

    def parts(self) -> list[Part]:
        """Return the parts of plugins that the recipe and its stages name."""
        return [part for recipe in (self, *self.later) for part in recipe._own_parts()]

    def _own_parts(self) -> list[Part]:
        one = (self.dataset, self.architecture, self.loss, self.scoring.features)
        found = (*one, *self.stabilizers, *self.metrics, *self.monitors)
        return [section.part for section in found if isinstance(section, Section)]

    def to_toml(self, mark_defaults: bool = False) -> str:
        """Return the filled recipe, which reads as an equal one.

        Args:
            mark_defaults: Whether to add a comment to each value that was not given.
        """
        stages = {"stages": self.given["stages"]} if self.later else {}
        return toml.write({**self.filled, **stages}, self.given if mark_defaults else None)


def read_recipe(
    path: Path | str,
    catalogue: Catalogue,
    overrides: Iterable[str] = (),
    data: Path | str | None = None,
    stabilizers: Sequence[str] = (),
) -> Recipe:
    """Read and check a recipe, and fill in its defaults.

    This imports Keras, so set its backend before.

    Args:
        path: A TOML file, or the name of a recipe that comes with gankit.
        catalogue: The parts that the recipe can name.
        overrides: Changes, such as `"training.epochs=10"`.
        data: A folder of images or a `.npz` file to train on instead.
        stabilizers: The names of stabilizers to add.

    Raises:
        GankitError: The file cannot be read, or the recipe has problems; the error names them all.
    """
    return check_recipe(read_table(path, overrides, data, stabilizers), catalogue, str(path))


def check_recipe(table: Mapping[str, Any], catalogue: Catalogue, source: str) -> Recipe:
    """Check a recipe that is given as a table, and fill in its defaults.

    Raises:
        GankitError: The recipe has problems; the error names them all.
    """
    tables = _flat(table, source)
    validators = [Validator(flat, catalogue) for flat in tables]
    known = list(dict.fromkeys(player for each in validators for player in each.players))
    filled = [validator.fill(known) for validator in validators]
    problems = _problems(validators)
    if problems:
        raise Refusal(source, sorted(problems, key=_order))
    first, *later = (_recipe(*each, source) for each in zip(filled, tables, validators))
    return replace(first, given=table, later=tuple(later))


def _flat(table: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    """Return the recipe without stages, then that of each stage: the previous one, changed."""
    flat = [{key: value for key, value in table.items() if key != "stages"}]
    stages = table.get("stages", [])
    if not isinstance(stages, list) or not all(isinstance(stage, Mapping) for stage in stages):
        problem = Problem(("stages",), f"should be tables, [[stages]]. Received: {shown(stages)}")
        raise Refusal(source, [problem])
    for index, stage in enumerate(stages):
        if "stages" in stage:
            problem = Problem(("stages", index, "stages"), "a stage cannot have stages")
            raise Refusal(source, [problem])
        flat.append(override(flat[-1], stage, source))
        for place, words in SHARED.items():
            if index and _at(flat[-1], *place) != _at(flat[-2], *place):
                raise Refusal(source, [Problem(("stages", index, *place), words)])
    return flat


def _at(table: Mapping[str, Any], section: str, option: str) -> Any:
    found = table.get(section)
    return found.get(option) if isinstance(found, Mapping) else None


def _problems(validators: Sequence[Validator]) -> list[Problem]:
    """Return all problems; a stage that inherits one does not repeat it."""
    base, *stages = (validator.problems for validator in validators)
    seen, problems = {(p.place, p.message) for p in base}, list(base)
    for index, found in enumerate(stages):
        new = [problem for problem in found if (problem.place, problem.message) not in seen]
        seen |= {(p.place, p.message) for p in new}
        problems += [replace(p, place=("stages", index, *p.place)) for p in new]
    return problems


def _order(problem: Problem) -> int:
    top = str(problem.place[0]) if problem.place else ""
    return KEYS.index(top) if top in KEYS else len(KEYS)


def _recipe(filled: Any, table: Mapping[str, Any], validator: Validator, source: str) -> Recipe:
    features = {"features": validator.features} if validator.features else {}
    players = {name: getattr(filled.players, f"player_{name}") for name in validator.players}
    return Recipe(
        seed=filled.seed,
        dataset=section(filled.dataset),
        architecture=section(filled.architecture),
        loss=section(filled.loss),
        stabilizers=tuple(map(section, filled.stabilizers)),
        players={n: Player(section(p.optimizer), p.repeats) for n, p in players.items()},
        start=Start(**values(filled.start)),
        training=Training(**values(filled.training)),
        metrics=tuple(map(section, filled.metrics)),
        scoring=Scoring(**values(filled.scoring) | features),
        monitors=tuple(map(section, filled.monitors)) or tuple(validator.default_monitors()),
        sentinel=Sentinel(**values(filled.sentinel)),
        source=source,
        given=table,
        filled=_filled(filled, table),
    )


def _filled(filled: Any, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recipe as a table, without the sections that neither do nor say anything.

    These are `[scoring]` if there are no metrics, and the defaults of `[sentinel]` and `[start]`.
    """
    whole = filled.model_dump(mode="json", by_alias=True, exclude_none=True)
    idle = {"metrics", "scoring"} - table.keys() if not filled.metrics else set()
    idle |= {"monitors", "sentinel", "start"} - table.keys()
    return {key: value for key, value in whole.items() if key not in idle}
