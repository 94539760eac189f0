"""Points of a plane around known modes: data on which a collapse can be counted."""

import gankit


@gankit.hookimpl
def gankit_datasets():
    """Modes in a ring and in a grid."""
    return {"grid": "gankit_toy.modes:grid", "ring": "gankit_toy.modes:ring"}


@gankit.hookimpl
def gankit_stabilizers():
    """What helps a sharp picture of small modes."""
    return {"annealed-flatness": "gankit_toy.annealed:AnnealedFlatness"}
