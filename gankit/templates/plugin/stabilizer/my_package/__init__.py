"""The hook of this plugin. The part itself is imported when a recipe names it."""

import gankit


@gankit.hookimpl
def gankit_stabilizers():
    """Stabilizers by name."""
    return {"my-part": "my_package.stabilizer:MyPart"}
