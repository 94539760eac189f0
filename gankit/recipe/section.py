"""A section of a checked recipe: a part and its options."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pkgutil import resolve_name
from typing import Any

from gankit.discovery.kinds import ALL_KINDS
from gankit.discovery.part import Part
from gankit.discovery.part_options import SectionModel, takes
from gankit.errors import GankitError


@dataclass(frozen=True)
class Section:
    """A part with all its options.

    Args:
        name: The name of the part.
        options: The keyword arguments it is called with.
        part: The part.
    """

    name: str
    options: Mapping[str, Any]
    part: Part = field(compare=False, repr=False)

    def make(self, *leading: Any, **named: Any) -> Any:
        """Call the part with its options.

        Args:
            leading: The arguments before the options.
            named: Arguments passed only if the part has parameters with these names.

        Raises:
            GankitError: The part cannot be loaded or returns the wrong type, or Keras rejects the
                options of an optimizer.
        """
        asked = {name: value for name, value in named.items() if takes(self.part, name)}
        try:
            return self._checked(self.part.load()(*leading, **asked, **_made(self.options)))
        except ValueError as error:
            if self.part.kind not in ("optimizers", "schedules"):
                raise
            raise GankitError(f"{self.part}: {error}", f"gankit show {self.name}") from error

    def _checked(self, made: Any) -> Any:
        product = ALL_KINDS[self.part.kind].product
        if product and not isinstance(made, resolve_name(product)):
            wanted = f"gankit.{product.rpartition(':')[2]}"
            message = f"{self.part} must return a {wanted}. Received: {type(made).__name__}"
            raise GankitError(message, f"return {wanted}(…)")
        return made

    def bound(self) -> Part:
        """Return the part with its options bound."""
        return replace(self.part, given=partial(self.part.load(), **_made(self.options)))


def section(model: SectionModel) -> Section:
    """Return the section that a validated model holds."""
    options = values(model)
    return Section(options.pop("name"), options, model.part)


def values(model: SectionModel) -> dict[str, Any]:
    """Return the options that a validated model holds, by name."""
    fields = type(model).model_fields
    found = {info.alias or key: getattr(model, key) for key, info in fields.items()}
    return {k: section(v) if isinstance(v, SectionModel) else v for k, v in found.items()}


def _made(options: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.make() if isinstance(v, Section) else v for k, v in options.items()}
