"""A section of a recipe, filled in: a part and its options."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from gankit.discovery.kinds import ALL_KINDS, resolve
from gankit.discovery.part import Part
from gankit.errors import GankitError
from gankit.recipe.schema import SectionModel, takes


@dataclass(frozen=True)
class Section:
    """A part with all its options.

    Args:
        name: The part's name.
        options: What it is called with.
        part: The part itself.
    """

    name: str
    options: Mapping[str, Any]
    part: Part = field(compare=False, repr=False)

    def make(self, *passed: Any, **named: Any) -> Any:
        """Call the part with its options.

        Args:
            passed: What comes before the options.
            named: What the part may ask for by name; the rest is not passed.

        Raises:
            GankitError: The part cannot be loaded, a dataset is none, or Keras refuses the options
                of an optimizer.
        """
        asked = {name: value for name, value in named.items() if takes(self.part, name)}
        try:
            return self._checked(self.part.load()(*passed, **asked, **_made(self.options)))
        except ValueError as error:
            if self.part.kind not in ("optimizers", "schedules"):
                raise
            raise GankitError(f"{self.part}: {error}", f"gankit show {self.name}") from error

    def _checked(self, made: Any) -> Any:
        product = ALL_KINDS[self.part.kind].product
        if product and not isinstance(made, resolve(product)):
            wanted = f"gankit.{product.rpartition(':')[2]}"
            raise GankitError(
                f"{self.part} must return a {wanted}. Received: {type(made).__name__}",
                f"return {wanted}(…)",
            )
        return made

    def bound(self) -> Part:
        """Return the part as one that is called without its options."""
        return replace(self.part, given=partial(self.part.load(), **_made(self.options)))


def section(model: SectionModel) -> Section:
    """Return what a checked model holds."""
    options = values(model)
    return Section(options.pop("name"), options, model.part)


def values(model: SectionModel) -> dict[str, Any]:
    """Return the options that a checked model holds, by name."""
    found = {info.alias: getattr(model, key) for key, info in type(model).model_fields.items()}
    return {k: section(v) if isinstance(v, SectionModel) else v for k, v in found.items()}


def _made(options: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.make() if isinstance(v, Section) else v for k, v in options.items()}
