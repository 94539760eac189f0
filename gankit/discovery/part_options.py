"""The schema of a part is its signature: each keyword parameter is an option."""

import inspect
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUserError

from gankit.discovery import docstring
from gankit.discovery.kinds import ALL_KINDS
from gankit.discovery.part import Part
from gankit.errors import GankitError


class SectionModel(BaseModel):
    """Validates a section of a recipe. The alias of each field is the name of an option."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    part: ClassVar[Part]


def model(part: Part, types: Mapping[str, Any] | None = None) -> type[SectionModel]:
    """Return the pydantic model of a section whose `name` is this part.

    `types` replaces types of the signature.

    Raises:
        GankitError: The part does not load, or a parameter cannot be an option.
    """
    about = docstring.summary(part.load().__doc__)
    name = {"option_name": (Literal[part.name], Field(alias="name", description=about))}
    return make_model(f"{part.kind}-{part.name}", part, name | fields(part, types or {}))


def make_model(title: str, part: Part, fields: Mapping[str, Any]) -> type[SectionModel]:
    """Return the pydantic model of a part's fields."""
    try:
        made = create_model(title, __base__=SectionModel, **fields)
    except (PydanticUserError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise GankitError(f"{part} has an option that no schema can describe: {reason}") from error
    made.part = part
    return made


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model as a JSON schema.

    Raises:
        GankitError: TOML cannot express the type of an option.
    """
    try:
        return model.model_json_schema()
    except PydanticInvalidForJsonSchema as error:
        message = f"{model.__name__} has an option that TOML cannot express: {error}"
        raise GankitError(message) from error


def fields(part: Part, types: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pydantic field of each option, with its type, default and help."""
    function = part.load()
    helps = docstring.arguments(function.__init__.__doc__) | docstring.arguments(function.__doc__)
    found = {}
    for option in options(part):
        default = ... if option.default is option.empty else option.default
        info = Field(default, alias=option.name, description=helps.get(option.name))
        found[f"option_{option.name}"] = (types.get(option.name) or _type(part, option), info)
    if "option_name" in found:
        raise GankitError(f'{part} has an option "name", which chooses the part: rename the option')
    return found


def options(part: Part) -> list[inspect.Parameter]:
    """Return the parameters of a part that a recipe can set."""
    kind = ALL_KINDS[part.kind]
    named = [
        p for p in _signature(part).values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if len(named) < kind.leading:
        raise GankitError(f"{part} must take {kind.leading} argument before its options")
    return [p for p in named[kind.leading :] if p.name not in kind.hidden]


def takes(part: Part, name: str) -> bool:
    """Return whether a part has a parameter with this name."""
    return name in _signature(part)


def _signature(part: Part) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(part.load()).parameters
    except ValueError as error:
        raise GankitError(f"{part} has no signature to read its options from") from error


def _type(part: Part, parameter: inspect.Parameter) -> Any:
    """Return the annotation of a parameter, or the type of its default if it has none."""
    if parameter.annotation is parameter.empty:
        known = parameter.default is not parameter.empty and parameter.default is not None
        return type(parameter.default) if known else Any
    function = part.load()
    function = inspect.unwrap(function.__init__ if inspect.isclass(function) else function)
    # Not those of all parameters: the others may mean something to type checkers only.
    alone: Any = SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
    try:
        names = getattr(function, "__globals__", {})
        return get_type_hints(alone, names, include_extras=True)[parameter.name]
    except Exception as error:
        message = f"{part} annotates {parameter.name} with a type that cannot be resolved: {error}"
        raise GankitError(message) from error
