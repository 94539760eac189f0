"""The command line: one verb a file, and what becomes of an error."""

import sys

import typer

from gankit.cli import bench, check, explore, list, new, plugins, run, sample, schema, score, show
from gankit.cli.console import show_error
from gankit.errors import GankitError

EXAMPLES = """
Examples:

  gankit new recipe quickstart

  gankit run quickstart.toml
"""

app = typer.Typer(
    help="Assemble GANs from TOML recipes and train them with Keras 3.",
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(new.new, name="new")
app.add_typer(explore.explore, name="explore")
app.command("check", epilog=check.EXAMPLES)(check.check)
app.command("run", epilog=run.EXAMPLES)(run.run)
app.command("sample", epilog=sample.EXAMPLES)(sample.sample)
app.command("score", epilog=score.EXAMPLES)(score.score)
app.command("bench", epilog=bench.EXAMPLES)(bench.bench)
app.command("show", epilog=show.EXAMPLES)(show.show)
app.command("list", epilog=list.EXAMPLES)(list.list_parts)
app.command("plugins", epilog=plugins.EXAMPLES)(plugins.plugins)
app.command("schema", epilog=schema.EXAMPLES)(schema.schema)


def main() -> None:
    """Run the command line; what the user can fix is shown without a traceback, exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal may lack arrows
    try:
        app(prog_name="gankit")
    except GankitError as error:
        show_error(error)
        sys.exit(1)
