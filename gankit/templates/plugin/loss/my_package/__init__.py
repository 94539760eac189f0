"""The hook of this plugin. The part itself is imported when a recipe names it."""

import gankit


@gankit.hookimpl
def gankit_losses() -> dict[str, str]:
    """Losses by name."""
    return {"my-part": "my_package.loss:MyPart"}
