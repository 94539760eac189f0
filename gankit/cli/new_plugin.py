"""`gankit new plugin`: a part of your own, as a whole distribution."""

from typing import Annotated

import typer

from gankit.cli.console import show_lines
from gankit.discovery.scaffold import PLURALS, write_distribution
from gankit.messages import listed

EXAMPLES = """
Examples:

  gankit new plugin gankit-flat --kind stabilizer

  gankit new plugin gankit-pearson --kind loss
"""

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="Of the distribution; a folder of this name is written."),
]
Kind = Annotated[str, typer.Option(metavar="KIND", help=f"{listed(PLURALS)}.")]


def plugin(name: Name, kind: Kind) -> None:
    """Write a part of your own as a distribution: code, tests, a recipe, what CI runs."""
    show_lines(f"wrote {path}" for path in write_distribution(name, kind))
    show_lines(
        [
            f"→ pip install -e {name} pytest",
            f"→ pytest {name}",
            f"→ gankit run {name}/recipe.toml",
        ]
    )
