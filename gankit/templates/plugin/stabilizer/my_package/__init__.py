"""The hook of this plugin. The part itself is imported when a recipe names it."""

import gankit


@gankit.hookimpl
def gankit_stabilizers() -> dict[str, str]:
    """Stabilizers by name."""
    return {"my-part": "my_package.stabilizer:MyPart"}
