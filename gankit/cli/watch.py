"""gankit watch: the report of a run in a browser, up to date while it trains."""

import webbrowser
from typing import Annotated

from gankit.cli.app import command
from gankit.cli.console import show_lines
from gankit.cli.options import Run, flag, number


@command("watch runs/quickstart-1", "watch runs/quickstart-1 --port 8000 --no-open")
def watch(
    run: Run,
    port: Annotated[int, number("The port; 0 for any that is free.", 0)] = 0,
    no_open: Annotated[bool, flag("--no-open", "Do not open a browser.")] = False,
) -> None:
    """Show the report of a run in a browser, on this machine only, and follow the training."""
    from gankit.reporting.server import ReportServer

    with ReportServer(run, port) as server:
        show_lines([server.address, "press Ctrl-C to stop; training goes on"])
        if not no_open:
            webbrowser.open(server.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            show_lines(["stopped"])
