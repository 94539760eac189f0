"""Points of a plane around known modes: data on which a collapse can be counted."""

import gankit


@gankit.hookimpl
def gankit_datasets() -> dict[str, str]:
    """Modes in a ring and in a grid."""
    return {"grid": "gankit_toy.modes:grid", "ring": "gankit_toy.modes:ring"}
