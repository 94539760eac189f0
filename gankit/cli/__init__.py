"""The command line, one command in each file."""

import io
import os
import sys
from typing import Annotated

import typer

import gankit
from gankit.cli import (
    bench,
    check,
    compare,
    diagnose,
    explore,
    export,
    list,
    new,
    plugins,
    report,
    run,
    sample,
    schema,
    score,
    show,
)
from gankit.cli.console import show_error
from gankit.cli.options import flag
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
    rich_markup_mode=None if os.environ.get("NO_COLOR") else "rich",  # rich would keep bold text
)
app.add_typer(new.new, name="new")
app.add_typer(explore.explore, name="explore")
app.command("check", epilog=check.EXAMPLES)(check.check)
app.command("run", epilog=run.EXAMPLES)(run.run)
app.command("sample", epilog=sample.EXAMPLES)(sample.sample)
app.command("score", epilog=score.EXAMPLES)(score.score)
app.command("export", epilog=export.EXAMPLES)(export.export)
app.command("compare", epilog=compare.EXAMPLES)(compare.compare)
app.command("report", epilog=report.EXAMPLES)(report.report)
app.command("diagnose", epilog=diagnose.EXAMPLES)(diagnose.diagnose)
app.command("bench", epilog=bench.EXAMPLES)(bench.bench)
app.command("show", epilog=show.EXAMPLES)(show.show)
app.command("list", epilog=list.EXAMPLES)(list.list_parts)
app.command("plugins", epilog=plugins.EXAMPLES)(plugins.plugins)
app.command("schema", epilog=schema.EXAMPLES)(schema.schema)


def _show_version(asked: bool) -> None:
    if asked:
        print(f"gankit {gankit.__version__}")
        raise typer.Exit


Version = Annotated[
    bool, flag("--version", "Show the version.", is_eager=True, callback=_show_version)
]


@app.callback()
def _options(version: Version = False) -> None: ...


def main() -> None:
    """Run the command line. A GankitError is shown without a traceback, with exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack arrows
    try:
        app(prog_name="gankit")
    except GankitError as error:
        show_error(error)
        sys.exit(1)
