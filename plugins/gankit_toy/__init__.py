"""Points of a plane around known modes: data on which a collapse can be counted."""

import gankit


@gankit.hookimpl
def gankit_datasets():
    """Modes in a ring and in a grid."""
    return {"grid": "gankit_toy.modes:grid", "ring": "gankit_toy.modes:ring"}
