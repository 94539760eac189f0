"""The form that a recipe fills in: what is asked of it follows from the parts that it names."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, Field, ValidationError, create_model

from gankit.discovery.part import pick
from gankit.discovery.plugins import Catalogue
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion
from gankit.recipe import optimizers, schema
from gankit.recipe.features import TABLE, choose_features
from gankit.recipe.model import (
    DEFAULT_OPTIMIZER,
    KEYS,
    SECTIONS,
    Table,
    player_model,
    recipe_model,
)
from gankit.recipe.problems import Place, Problem, Scope, found
from gankit.recipe.section import Section
from gankit.recipe.settings import SCORING, TRAINING, all_directions

AnyTable = dict[str, Any]


class Form:
    """What one recipe without stages is checked against.

    Args:
        table: The recipe as it was given.
        catalogue: The parts that it can name.

    Attributes:
        players: The players of its loss; those it describes where there is no such loss.
        features: What a name alone chooses to score by; None where nothing is, or a table does.
        problems: What is wrong with it.
    """

    def __init__(self, table: Mapping[str, Any], catalogue: Catalogue):
        self.problems: list[Problem] = []
        self.features: Section | None = None
        self._table = table
        self._catalogue = catalogue
        self._scopes = {
            (part.name,): Scope(
                [option.name for option in schema.options(part)], f"gankit show {part.name}"
            )
            for part in (TRAINING, SCORING)
        }
        self._models = {section: self._section(section) for section in SECTIONS}
        self._stabilizers = self._array("stabilizers")
        self._metrics = self._array("metrics")
        self._features = self._features_of(_table(table.get("scoring")).get("features"))
        self._described = _table(table.get("players", {}))
        self.players = self._players_of_loss()

    def fill(self, known: Iterable[str]) -> Any:
        """Return the recipe as a pydantic model, or None where there are problems.

        Args:
            known: The players that may be described, for the sake of other stages of the recipe.
        """
        names = list(dict.fromkeys([*self.players, *(n for n in known if n in self._described)]))
        table = self._with_optimizers(names)
        model = recipe_model(
            **self._models,
            stabilizers=self._stabilizers,
            players=self._all(names),
            metrics=self._metrics,
            features=self._features,
        )
        self._scopes[()] = Scope(KEYS, "gankit schema")
        self._scopes["players",] = Scope(list(known), f"gankit show {self._name_of('loss')}")
        try:
            filled = model.model_validate_json(json.dumps(table))
        except ValidationError as error:
            self.problems += found(error, table, self._scopes)
            return None
        self._check_repeats(filled)
        self._check_metrics(filled)
        self._check_features(filled)
        return None if self.problems else filled

    def _section(self, section: str) -> Any:
        kind = SECTIONS[section]
        return self._model((section,), self._table.get(section), kind, self._from_catalogue(kind))

    def _array(self, kind: str) -> Any:
        tables = self._table.get(kind, [])
        if not isinstance(tables, list):
            return list
        part = self._from_catalogue(kind)
        places = [(kind, index) for index in range(len(tables))]
        models = [self._model(p, t, kind, part) for p, t in zip(places, tables)]
        return tuple[tuple(models)]

    def _features_of(self, given: Any) -> Any:
        """Return the type of the features: a name, or the model of a table that picks a part."""
        if not isinstance(given, Mapping):
            return str
        return self._model(
            ("scoring", "features"), given, "features", self._from_catalogue("features")
        )

    def _from_catalogue(self, kind: str) -> Callable[[Any], type]:
        return lambda name: schema.model(self._catalogue.find(kind, name))

    def _model(self, place: Place, table: Any, kind: str, make: Callable[[Any], type]) -> Any:
        """Return the model of the part that a table names, or note the problem."""
        self._scopes[place] = Scope((), f"gankit list {kind}")
        if not isinstance(table, Mapping):
            return AnyTable
        try:
            model = make(table.get("name"))
        except GankitError as error:
            self.problems.append(Problem((*place, "name"), error.message, error.hint))
            return AnyTable
        self._scopes[place] = Scope(_names(model), f"gankit show {model.part.name}")
        return model

    def _players_of_loss(self) -> tuple[str, ...]:
        loss = self._models["loss"]
        return tuple(self._described if loss is AnyTable else loss.part.load().players)

    def _with_optimizers(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the table with an optimizer for each player, and a name for each optimizer."""
        if not isinstance(self._table.get("players", {}), Mapping):
            return dict(self._table)
        players = self._described | {n: _with_optimizer(self._described.get(n, {})) for n in names}
        return {**self._table, "players": players}

    def _all(self, names: Iterable[str]) -> type[Table]:
        fields = {f"player_{name}": (self._player(name), Field(alias=name)) for name in names}
        return create_model("players", __base__=Table, **fields)

    def _player(self, name: str) -> type[Table]:
        given = _table(_with_optimizer(self._described.get(name, {})))
        self._scopes["players", name] = Scope(("optimizer", "repeats"))
        place = ("players", name, "optimizer")
        optimizer = _table(given.get("optimizer"))
        rate = self._learning_rate((*place, "learning_rate"), optimizer.get("learning_rate"))

        def make(chosen: Any) -> type:
            part = pick(optimizers.optimizers(), "optimizers", chosen)
            return optimizers.model(part, rate)

        return player_model(self._model(place, given.get("optimizer"), "optimizers", make))

    def _learning_rate(self, place: Place, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return optimizers.LearningRate

        def make(chosen: Any) -> type:
            return optimizers.model(pick(optimizers.schedules(), "schedules", chosen))

        return self._model(place, given, "schedules", make)

    def _check_repeats(self, filled: Any) -> None:
        if filled.training.option_updates != "simultaneous":
            return
        for name in self.players:
            repeats = getattr(filled.players, f"player_{name}").repeats
            if repeats != 1:
                message = f'should be 1 where updates = "simultaneous". Received: {repeats}'
                self.problems.append(Problem(("players", name, "repeats"), message))

    def _check_metrics(self, filled: Any) -> None:
        if not all(isinstance(metric, schema.SectionModel) for metric in filled.metrics):
            return  # one is named that is none, and it may be that one's score
        names = [metric.option_name for metric in filled.metrics]
        for index, name in enumerate(names):
            if name in names[:index]:
                message = f"is there twice: its scores would have one name. Received: {shown(name)}"
                self.problems.append(Problem(("metrics", index, "name"), message))
        best = filled.scoring.option_best
        known = all_directions(metric.part for metric in filled.metrics)
        if best is not None and best not in known:
            message = f"is no score that says which way is better.{suggestion(best, known)} "
            message += f"Allowed: {listed(known)}. Received: {shown(best)}"
            self.problems.append(Problem(("scoring", "best"), message, "gankit list metrics"))

    def _check_features(self, filled: Any) -> None:
        """Find the features that a name alone chooses, where something is scored by them."""
        given = filled.scoring.option_features
        if not filled.metrics or not isinstance(given, str):
            return
        try:
            self.features = choose_features(given, self._catalogue, TABLE)
        except GankitError as error:
            self.problems.append(Problem(("scoring", "features"), error.message, error.hint))

    def _name_of(self, section: str) -> Any:
        return _table(self._table.get(section)).get("name", "")


def _with_optimizer(player: Any) -> Any:
    """Return a player's table with its optimizer; one without a name is the default, changed."""
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
