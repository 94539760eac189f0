"""The schema of a part is its signature: each keyword parameter is an option."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUserError

from gankit.discovery import docstring
from gankit.discovery.kinds import ALL_KINDS
from gankit.discovery.part import Part
from gankit.errors import GankitError


class SectionModel(BaseModel):
    """What a section of a recipe is checked with; each field has its option's name as alias."""

    model_config = ConfigDict(strict=True, extra="forbid")
    part: ClassVar[Part]


def model(part: Part, types: Mapping[str, Any] | None = None) -> type[SectionModel]:
    """Return the pydantic model of a section whose `name` picks this part.

    Args:
        part: The part.
        types: Of some options, instead of what the signature says.

    Raises:
        GankitError: The part does not load, or a parameter of it cannot be an option.
    """
    about = docstring.summary(part.load().__doc__)
    name = {"option_name": (Literal[part.name], Field(alias="name", description=about))}
    return make_model(f"{part.kind}-{part.name}", part, name | fields(part, types or {}))


def make_model(title: str, part: Part, fields: Mapping[str, Any]) -> type[SectionModel]:
    """Return a pydantic model of fields that are a part's options."""
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
        GankitError: An option is of a type that no TOML can give.
    """
    try:
        return model.model_json_schema()
    except PydanticInvalidForJsonSchema as error:
        raise GankitError(
            f"{model.__name__} has an option that no TOML can give: {error}"
        ) from error


def fields(part: Part, types: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pydantic field of each option, with its type, default and help."""
    helps = _helps(part.load())
    found = {p.name: _field(part, p, types, helps.get(p.name)) for p in options(part)}
    if "name" in found:
        raise GankitError(f'{part} has an option "name", which picks the part: call it otherwise')
    return {f"option_{name}": field for name, field in found.items()}


def options(part: Part) -> list[inspect.Parameter]:
    """Return the parameters of a part that a recipe may set."""
    kind = ALL_KINDS[part.kind]
    named = [
        p for p in _signature(part).values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if len(named) < kind.leading:
        raise GankitError(f"{part} must take arguments before its options: {kind.leading}")
    return [p for p in named[kind.leading :] if p.name not in kind.hidden]


def takes(part: Part, name: str) -> bool:
    """Return whether a part asks for a parameter by name."""
    return name in _signature(part)


def _signature(part: Part) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(part.load()).parameters
    except ValueError as error:
        raise GankitError(f"{part} has no signature to read its options from") from error


def _field(part: Part, parameter: inspect.Parameter, types: Mapping, text: str | None) -> Any:
    required = parameter.default is parameter.empty
    default = ... if required else parameter.default
    kind = types.get(parameter.name) or _type(part, parameter)
    return kind, Field(default, alias=parameter.name, description=text)


def _type(part: Part, parameter: inspect.Parameter) -> Any:
    """Return a parameter's annotation, or without one the type of its default."""
    if parameter.annotation is parameter.empty:
        known = parameter.default is not parameter.empty and parameter.default is not None
        return type(parameter.default) if known else Any
    if not isinstance(parameter.annotation, str):
        return parameter.annotation
    try:
        return eval(parameter.annotation, _globals(part.load()))
    except Exception as error:
        message = f"{part} annotates {parameter.name} with what has no meaning at run time: {error}"
        raise GankitError(message) from error


def _globals(function: Callable) -> dict[str, Any]:
    function = inspect.unwrap(function.__init__ if inspect.isclass(function) else function)
    return getattr(function, "__globals__", {})


def _helps(function: Callable) -> dict[str, str]:
    """Return the help of each option; a class's own docstring goes before its constructor's."""
    own = docstring.arguments(function.__doc__)
    return docstring.arguments(function.__init__.__doc__) | own
