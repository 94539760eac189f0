"""The hook of this plugin. The part itself is imported when a recipe names it."""

import gankit


@gankit.hookimpl
def gankit_architectures() -> dict[str, str]:
    """Architectures by name."""
    return {"my-part": "my_package.architecture:my_part"}
