"""The hook of this plugin. The part itself is imported when a recipe names it."""

import gankit


@gankit.hookimpl
def gankit_losses():
    """Losses by name."""
    return {"my-part": "my_package.loss:MyPart"}
