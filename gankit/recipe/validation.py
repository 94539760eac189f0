"""Validates a recipe against the schemas of the parts that it names."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from pydantic import BaseModel, Field, ValidationError, create_model

from gankit.discovery import part_options
from gankit.discovery.lookup import pick
from gankit.discovery.part import Part
from gankit.discovery.plugins import Catalogue
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion
from gankit.recipe import optimizers
from gankit.recipe.features import TABLE, choose_features
from gankit.recipe.model import (
    ARRAYS,
    DEFAULT_OPTIMIZER,
    KEYS,
    SECTIONS,
    Table,
    player_model,
    recipe_model,
)
from gankit.recipe.problems import Place, Problem, Scope, found
from gankit.recipe.section import Section, section
from gankit.recipe.settings import OWN, all_directions

AnyTable = dict[str, Any]


class Validator:
    """Validates one recipe without stages.

    Attributes:
        players: The players of its loss; without a valid loss, those that it describes.
        features: The features that it chooses by name alone, if it scores anything.
        problems: What is wrong with it.
    """

    def __init__(self, table: Mapping[str, Any], catalogue: Catalogue):
        self.problems: list[Problem] = []
        self.features: Section | None = None
        self._table = table
        self._catalogue = catalogue
        self._scopes: dict[Place, Scope] = {(part.name,): _scope_of(part) for part in OWN}
        self._types = {
            name: self._model((name,), table.get(name), SECTIONS[name]) for name in SECTIONS
        }
        self._types |= {kind: self._array(kind) for kind in ARRAYS}
        self._features_type = self._type_of_features(_table(table.get("scoring")).get("features"))
        self._described = _table(table.get("players", {}))
        loss = self._types["loss"]
        self.players = tuple(self._described if loss is AnyTable else loss.part.load().players)

    def fill(self, known: Iterable[str]) -> Any:
        """Return the recipe as a pydantic model, or None if there are problems.

        It may describe the `known` players, which include those of other stages.
        """
        names = dict.fromkeys([*self.players, *(n for n in known if n in self._described)])
        players = {name: _with_optimizer(self._described.get(name, {})) for name in names}
        fields: dict[str, Any] = {
            f"player_{n}": (self._player(n, p), Field(alias=n)) for n, p in players.items()
        }
        types = {**self._types, "players": create_model("players", __base__=Table, **fields)}
        model, table = recipe_model(types, self._features_type), dict(self._table)
        if isinstance(table.get("players", {}), Mapping):
            table["players"] = {**self._described, **players}
        self._scopes[()] = Scope(KEYS, "gankit schema")
        loss = _table(self._table.get("loss")).get("name", "")
        self._scopes["players",] = Scope(list(known), f"gankit show {loss}")
        try:
            filled = model.model_validate_json(json.dumps(table))
        except ValidationError as error:
            self.problems += found(error, table, self._scopes)
            return None
        self._check_repeats(filled)
        self._check_metrics(filled)
        self._check_features(filled)
        return None if self.problems else filled

    def default_monitors(self) -> list[Section]:
        """Return all monitors with their defaults, which watch if the recipe names none."""
        found = []
        for name, part in sorted(self._catalogue.parts.get("monitors", {}).items()):
            with suppress(GankitError, ValidationError):  # broken, or in need of an option
                found.append(section(part_options.model(part).model_validate({"name": name})))
        return found

    def _array(self, kind: str) -> Any:
        tables = self._table.get(kind, [])
        if not isinstance(tables, list):
            return list
        models = [self._model((kind, index), table, kind) for index, table in enumerate(tables)]
        return tuple[tuple(models)]  # type: ignore[misc]  # as many as there are tables

    def _type_of_features(self, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return str
        return self._model(("scoring", "features"), given, "features")

    def _model(
        self,
        place: Place,
        table: Any,
        kind: str,
        make: Callable[[Part], type[part_options.SectionModel]] = part_options.model,
    ) -> Any:
        """Return the model of the part that a table names, or note the problem."""
        self._scopes[place] = Scope((), f"gankit list {kind}")
        if not isinstance(table, Mapping):
            return AnyTable
        try:
            part = self._find(kind, table.get("name"))
            model = make(part)
        except GankitError as error:
            self.problems.append(Problem((*place, "name"), error.message, error.hint))
            return AnyTable
        self._scopes[place] = Scope(_names(model), f"gankit show {part.name}")
        return model

    def _find(self, kind: str, name: Any) -> Part:
        if kind in optimizers.KERAS_PARTS:
            return pick(optimizers.KERAS_PARTS[kind](), kind, name)
        return self._catalogue.find(kind, name)

    def _player(self, name: str, player: Any) -> type[Table]:
        self._scopes["players", name] = Scope(("optimizer", "repeats"))
        place = ("players", name, "optimizer")
        given = _table(player).get("optimizer")
        rate: Any = _table(given).get("learning_rate")
        if isinstance(rate, Mapping):
            rate_type = self._model((*place, "learning_rate"), rate, "schedules", optimizers.model)
        else:
            rate_type = optimizers.LearningRate
        make = partial(optimizers.model, learning_rate=rate_type)
        return player_model(self._model(place, given, "optimizers", make))

    def _check_repeats(self, filled: Any) -> None:
        if filled.training.option_updates != "simultaneous":
            return
        for name in self.players:
            repeats = getattr(filled.players, f"player_{name}").repeats
            if repeats != 1:
                message = f'should be 1 if updates = "simultaneous". Received: {repeats}'
                self.problems.append(Problem(("players", name, "repeats"), message))

    def _check_metrics(self, filled: Any) -> None:
        if not all(isinstance(metric, part_options.SectionModel) for metric in filled.metrics):
            return  # an unknown metric is a problem already, and may be the one with the best score
        names = [metric.option_name for metric in filled.metrics]
        for index, name in enumerate(names):
            if name in names[:index]:
                message = f"is listed twice: its scores would share a name. Received: {shown(name)}"
                self.problems.append(Problem(("metrics", index, "name"), message))
        best = filled.scoring.option_best
        known = all_directions(metric.part for metric in filled.metrics)
        if best is not None and best not in known:
            message = f"is not a score with a better direction.{suggestion(best, known)} "
            message += f"Allowed: {listed(known)}. Received: {shown(best)}"
            self.problems.append(Problem(("scoring", "best"), message, "gankit list metrics"))

    def _check_features(self, filled: Any) -> None:
        """Find the features that the recipe chooses by name alone."""
        given = filled.scoring.option_features
        if not filled.metrics or not isinstance(given, str):
            return
        try:
            self.features = choose_features(given, self._catalogue, TABLE)
        except GankitError as error:
            self.problems.append(Problem(("scoring", "features"), error.message, error.hint))


def _scope_of(part: Part) -> Scope:
    return Scope([option.name for option in part_options.options(part)], f"gankit show {part.name}")


def _with_optimizer(player: Any) -> Any:
    """Return a player's table with its optimizer; without a name it changes the default."""
    if not isinstance(player, Mapping):
        return player
    given = player.get("optimizer", {})
    if isinstance(given, Mapping) and "name" not in given:
        given = {**DEFAULT_OPTIMIZER, **given}
    return {**player, "optimizer": given}


def _names(model: type[BaseModel]) -> list[str]:
    return [info.alias or key for key, info in model.model_fields.items()]


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
