"""The type, range and default of an option, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from gankit.messages import shown

_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def type_in_words(schema: Mapping[str, Any]) -> str:
    """Return what a JSON schema allows, e.g. `number ≥ 0, < 1` or `"glorot" or "dcgan"`."""
    words = list(dict.fromkeys(_alternatives(schema)))
    return " or ".join(word for word in words if word != "integer" or "number" not in words)


def default_in_words(schema: Mapping[str, Any]) -> str:
    """Return the default as a recipe spells it, or `required`, or `not set`."""
    if "default" not in schema:
        return "required"
    default = schema["default"]
    return "not set" if default is None else shown(default)


def _alternatives(schema: Mapping[str, Any]) -> Iterator[str]:
    for branch in schema.get("anyOf", ()):
        yield from _alternatives(branch)
    yield from map(shown, schema.get("enum", ()))
    if "const" in schema:
        yield shown(schema["const"])
    elif "enum" not in schema and "anyOf" not in schema and schema.get("type") != "null":
        bounds = [f"{sign} {schema[key]}" for key, sign in _BOUNDS.items() if key in schema]
        yield f"{_noun(schema)} {', '.join(bounds)}".strip()


def _noun(schema: Mapping[str, Any]) -> str:
    kind = "table" if "$ref" in schema else schema.get("type", "anything")
    if kind == "array":
        return f"array of {_items(schema)}"
    return str({"object": "table", "string": schema.get("format", "string")}.get(kind, kind))


def _items(schema: Mapping[str, Any]) -> str:
    places = schema.get("prefixItems")
    if places:
        return f"{len(places)}: {', '.join(map(type_in_words, places))}"
    return type_in_words(schema.get("items", {}))
