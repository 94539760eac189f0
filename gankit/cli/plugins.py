"""gankit plugins: what is installed, what it provides, and what failed to load."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from rich.text import Text

from gankit.cli.app import command
from gankit.cli.console import Line, folded, show_lines, show_next
from gankit.cli.options import AsJson, PluginFiles
from gankit.discovery.plugins import Plugin, load_plugins
from gankit.messages import listed


@command("plugins", "plugins --json")
def plugins(plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """Show the plugins, what each provides, and why one failed to load."""
    catalogue = load_plugins(plugin or ())
    if as_json:
        found = [described(plugin) for plugin in catalogue.plugins]
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    show_lines(_lines(catalogue.plugins))
    if catalogue.left_out:
        show_lines(["", f"GANKIT_PLUGINS leaves out {listed(catalogue.left_out)}"])
    show_next("gankit list")


def described(plugin: Plugin) -> dict[str, Any]:
    """Return a plugin as JSON has it."""
    facts = {"name": plugin.name, "distribution": plugin.distribution, "version": plugin.version}
    return {**facts, "hooks": plugin.hooks, "failure": plugin.failure}


def _lines(plugins: Iterable[Plugin]) -> Iterator[Line]:
    for number, plugin in enumerate(plugins):
        yield from [""] * bool(number)
        origin = f"  {plugin.distribution} {plugin.version}".rstrip()
        yield Text.assemble((plugin.name, "bold"), origin)
        hooks = [(hook, listed(names)) for hook, names in plugin.hooks.items()]
        yield from chain.from_iterable(folded(hooks, ("cyan", "")))
        if plugin.failure:
            yield Text.assemble("  ", ("failed to load: ", "bold red"), plugin.failure)
            yield Text("  → GANKIT_TRACE=1 gankit plugins", "cyan")
